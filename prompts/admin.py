"""Prompts in Django's admin: everything is read, and labels are promoted by the same door as in the
pages, so that gates, protection, conflicts and the history hold here too.

Superusers run the installation and may do what owners may. Other staff sees the prompts of the
projects that they are members of, and promotes where their role may edit.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import project_for, projects_of
from accounts.models import User
from accounts.roles import LEAST_ROLE, Role
from prompts import releases
from prompts.changes import By
from prompts.config_json import pretty
from prompts.diff import laid_out
from prompts.gates.models import GateChange
from prompts.models import (
    LabelMove,
    Prompt,
    PromptVersion,
    ProtectedLabel,
    Way,
)
from prompts.promotion import Asked, Refused, go_back, promote

VERSIONS_SHOWN = 20


class ReadOnly(admin.ModelAdmin):
    """Seen by superusers, and by staff for their own projects. Nothing is changed by forms."""

    project_field = "project"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request)
        if request.user.is_superuser:
            return found
        return found.filter(**{f"{self.project_field}__in": projects_of(request.user)})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser or bool(projects_of(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def role_of(user: User, prompt: Prompt) -> Role | None:
    """What they are where the prompt lies; None where they may change nothing."""
    if user.is_superuser:
        return Role.OWNER
    try:
        return project_for(user, prompt.project_id, Role(LEAST_ROLE["edit"])).role
    except Http404:
        return None


@admin.register(Prompt)
class PromptAdmin(ReadOnly):
    list_display = ("name", "project", "type", "pointing", "count", "tags", "updated_at")
    list_filter = ("type", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name",)
    list_select_related = ("project",)
    readonly_fields = ("created_at", "updated_at")
    change_form_template = "admin/prompts/prompt/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        counted = super().get_queryset(request).prefetch_related("labels__version")
        return counted.annotate(count=Count("versions"), newest=Max("versions__number"))

    @admin.display(description=_("labels"))
    def pointing(self, prompt: Prompt) -> str:
        return ", ".join(f"{one.name} v{one.version.number}" for one in prompt.labels.all())

    @admin.display(description=_("versions"), ordering="count")
    def count(self, prompt: Any) -> int:
        return prompt.count

    def get_urls(self) -> list:
        wrapped = self.admin_site.admin_view
        own = [
            path("<path:pk>/promote/", wrapped(self.promote_view), name="prompts_prompt_promote"),
            path("<path:pk>/back/", wrapped(self.back_view), name="prompts_prompt_back"),
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        prompt = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if prompt is not None:
            role = role_of(request.user, prompt)
            extra |= {
                "role": role,
                "standings": [
                    (state, state.may_be_moved_by(role)) for state in releases.standings(prompt)
                ],
                "versions": prompt.versions.select_related("author").defer("body")[:VERSIONS_SHOWN],
            }
        return super().change_view(request, object_id, form_url, extra)

    def promotable(self, request: HttpRequest, pk: str) -> tuple[Prompt, By]:
        """Or Http404: for who may not see it, and for who may change nothing."""
        prompt = self.get_object(request, pk)
        role = role_of(request.user, prompt) if prompt else None
        if prompt is None or role is None:
            raise Http404("There is no such prompt, or it is not yours to promote.")
        return prompt, By(Way.ADMIN, user=request.user, role=role)

    def promote_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """`?label=` (production), `?version=` (the newest), `?view=inline`."""
        prompt, by = self.promotable(request, pk)
        asked = Asked.of(request, prompt)
        if request.method == "POST" and asked.form.is_valid():
            try:
                promote(asked, by)
            except Refused as refused:
                asked.refused = refused
            else:
                words = _("“%(label)s” points at version %(number)s now.")
                said = {"label": asked.label, "number": asked.version.number}
                messages.success(request, words % said)
                return self.to(prompt)
        context = {
            **self.admin_site.each_context(request),
            **asked.context(by.role),
            "title": _("Promote"),
            "opts": self.opts,
            "original": prompt,
        }
        status = 409 if asked.refused else 200
        return TemplateResponse(
            request, "admin/prompts/prompt/promote.html", context, status=status
        )

    def back_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        """One click back to where the label pointed before its last move."""
        prompt, by = self.promotable(request, pk)
        if request.method != "POST":
            raise Http404("A label goes back by a button.")
        try:
            said = go_back(prompt, request.POST, by)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, said)
        return self.to(prompt)

    def to(self, prompt: Prompt) -> HttpResponse:
        return redirect(reverse("admin:prompts_prompt_change", args=[prompt.pk]))


@admin.register(PromptVersion)
class PromptVersionAdmin(ReadOnly):
    """Immutable, here as everywhere."""

    project_field = "prompt__project"
    list_display = ("prompt", "number", "message", "author", "created_at")
    list_filter = (("prompt__project", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("prompt__name", "message")
    list_select_related = ("prompt", "author")
    fields = ("prompt", "number", "text", "configuration", "message", "author", "created_at")
    readonly_fields = ("text", "configuration", "created_at")

    @admin.display(description=_("text"))
    def text(self, version: PromptVersion) -> str:
        return laid_out(version.body)

    @admin.display(description=_("configuration"))
    def configuration(self, version: PromptVersion) -> str:
        return pretty(version.config)


@admin.register(LabelMove)
class LabelMoveAdmin(ReadOnly):
    """The record of every move."""

    project_field = "prompt__project"
    list_display = ("at", "prompt", "label", "before", "after", "way", "user", "note", "override")
    list_filter = ("way", ("prompt__project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("prompt__name", "label", "note")
    list_select_related = ("prompt", "user")


@admin.register(GateChange)
class GateChangeAdmin(ReadOnly):
    """The record of what became of gates' settings."""

    list_display = ("at", "project", "prompt_name", "label", "before", "after", "user")
    list_filter = (("project", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("prompt_name", "label")
    list_select_related = ("project", "user")


@admin.register(ProtectedLabel)
class ProtectedLabelAdmin(ReadOnly):
    """Set in the project's settings, by its admins."""

    list_display = ("name", "project", "least_role")
    list_filter = (("project", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("project",)

"""What people and programs think of a trace or a span: comments and scores, and who wrote them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from comments import mentions, threads
from comments.models import MAX_CONTENT
from traces.queries.trace import locate, span_detail
from traces.views.inside import TRACE_ITSELF

MAX_MENTIONABLE = 200  # people, in the list from which one is picked


@dataclass(frozen=True, slots=True)
class About:
    """What is talked about: the span, or with an empty id the trace."""

    trace_id: str
    span_id: str

    @property
    def key(self) -> tuple[str, str]:
        if self.span_id:
            return str(threads.ObjectType.OBSERVATION), self.span_id
        return str(threads.ObjectType.TRACE), self.trace_id

    @property
    def address(self) -> str:
        return f"?span={quote(self.span_id or TRACE_ITSELF, safe='')}&tab=comments"


def thread_of(project_id: str, about: About) -> list:
    """The comments, the oldest first."""
    object_type, object_id = about.key
    found = threads.of(project_id, object_type, [object_id], trace_id=about.trace_id)
    return found.get(object_id, [])


def mentionable(project: Project) -> list[tuple[str, str]]:
    """The names of the organisation's people, and what to write to mention them."""
    people = User.objects.filter(memberships__organisation=project.organisation_id, is_active=True)
    return [
        (person.get_full_name(), mentions.written(person))
        for person in people.order_by("name", "email")[:MAX_MENTIONABLE]
    ]


def with_authors(project: Project, scores: list[dict]) -> list[dict]:
    """Each score with `author`: the name of a member, else the id that was sent."""
    ids = {score["author_user_id"] for score in scores}
    numbers = [int(one) for one in ids if one.isdecimal() and len(one) < 10]
    names: dict[str, str] = {}
    if numbers:
        members = User.objects.filter(
            pk__in=numbers, memberships__organisation=project.organisation_id
        )
        names = {str(member.pk): member.get_full_name() for member in members}
    return [
        {**score, "author": names.get(score["author_user_id"], score["author_user_id"])}
        for score in scores
    ]


@require_POST
def comment_add(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    about = _about(request, project)
    object_type, object_id = about.key
    content = request.POST.get("content", "")
    said: dict[str, Any] = {"object_type": object_type, "object_id": object_id}
    said["trace_id"] = about.trace_id
    try:
        threads.add(project, content=content, author=request.user, **said)
    except threads.InvalidComment:
        _refuse(request)
    return _back(project, about)


@require_POST
def comment_change(request: HttpRequest, project_id: str, comment_id: str) -> HttpResponse:
    """Edit or delete one's own."""
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    about = _about(request, project)
    comment = threads.own(project.id, comment_id, request.user)
    if comment is None:
        raise Http404("There is no such comment of yours.")
    if "delete" in request.POST:
        comment.delete()
        messages.success(request, _("The comment is deleted."))
        return _back(project, about)
    try:
        threads.edit(comment, request.POST.get("content", ""))
    except threads.InvalidComment:
        _refuse(request)
    return _back(project, about)


def _about(request: HttpRequest, project: Project) -> About:
    """What the form names, if it is there."""
    about = About(request.POST.get("trace", ""), request.POST.get("span", ""))
    extent = locate(project.id, about.trace_id)
    is_there = extent and (
        not about.span_id or span_detail(project.id, about.trace_id, about.span_id, extent)
    )
    if not is_there:
        raise Http404("There is no such trace or span.")
    return about


def _refuse(request: HttpRequest) -> None:
    words = _("A comment must have 1 to %(most)s characters.")
    messages.error(request, words % {"most": f"{MAX_CONTENT:,}"})


def _back(project: Project, about: About) -> HttpResponse:
    page = reverse("trace-page", args=[project.id, about.trace_id])
    return redirect(page + about.address)

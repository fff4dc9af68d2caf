"""The page on which a rule is put together. Each change of it is sent, and nothing is kept until it
is saved.
"""

import time
from zoneinfo import available_timezones

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Project
from alerts.channels.models import Channel
from alerts.incidents.models import Incident
from alerts.rules import changing, sources
from alerts.rules.backtesting import backtest
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.editing.draft import Draft
from alerts.rules.editing.filling import FIRST, filled, fitted
from alerts.rules.editing.sameness import is_same
from alerts.rules.models import MAX_NAME, Rule
from alerts.rules.saying import sentence
from alerts.rules.tested import tested
from alerts.rules.views.asked import editable, rule_of
from alerts.rules.views.ready import made_of, name_of, ready_of
from traces.errors import Refused, Unavailable
from traces.queries.metrics import Unanswerable

page = require_http_methods(["GET", "HEAD", "POST"])
DAY = 86_400
ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


@page
@vary_on_headers("HX-Request")
def rule_new(request: HttpRequest, project_id: str) -> HttpResponse:
    """Begins with the ready-made one of `key`, with the rule `copy`, or with an error rate."""
    project = editable(request, project_id)
    if request.method == "POST":
        return _sent(request, project, None)
    try:
        data = _begun(request, project)
    except WrongRule as error:
        messages.error(request, str(error))
        return redirect("alerts-rules-ready", project.id)
    return _shown(request, project, None, _draft(project, None, data))


@page
@vary_on_headers("HX-Request")
def rule_edit(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    project = editable(request, project_id)
    rule = rule_of(project, rule_id)
    if request.method == "POST":
        return _sent(request, project, rule)
    try:
        data = filled(rule.wanted, **_words_of(rule))
    except WrongRule as error:
        messages.error(request, _("This rule cannot be read: %(why)s") % {"why": error})
        data = filled(FIRST, **_words_of(rule))
    return _shown(request, project, rule, _draft(project, rule, data))


@require_POST
def rule_preview(request: HttpRequest, project_id: str) -> HttpResponse:
    """A fragment: when what the form holds would have fired in the last day."""
    project = editable(request, project_id)
    wanted = _draft(project, None, fitted(request.POST)).definition()
    context: dict[str, object] = {"project": project, "definition": wanted}
    if wanted is not None:
        try:
            until = int(time.time()) - wanted.lag_seconds
            found = backtest(project.id, wanted, until - DAY, until)
            context["tested"] = tested(wanted, found)
        except (WrongRule, Unanswerable, Unavailable, Refused) as error:
            context["problem"] = str(error)
    return render(request, "alerts/rules/_preview.html", context)


def _words_of(rule: Rule) -> dict[str, str]:
    return {"name": rule.name, "note": rule.note, "runbook_url": rule.runbook_url}


def _begun(request: HttpRequest, project: Project) -> QueryDict:
    if key := request.GET.get("key", ""):
        one = ready_of(key)
        name = changing.free_name(project, name_of(one, request.GET))
        return _with_key(filled(made_of(one, request.GET), name=name), one.key)
    if copied := request.GET.get("copy", ""):
        rule = rule_of(project, copied)
        name = (_("Copy of %(name)s") % {"name": rule.name})[:MAX_NAME]
        told = {**_words_of(rule), "name": changing.free_name(project, name)}
        return filled(rule.wanted, **told)
    return filled(FIRST, name="")


def _with_key(data: QueryDict, key: str) -> QueryDict:
    data["ready_made"] = key
    return data


def _draft(project: Project, rule: Rule | None, data: QueryDict) -> Draft:
    rules = Rule.objects.filter(project=project)
    others = rules.exclude(pk=rule.pk) if rule else rules
    channels = Channel.objects.filter(project=project)
    return Draft(
        data,
        channels=list(channels.order_by("name", "pk").values_list("pk", "name")),
        names=lambda condition: sources.names(condition, project.id),
        rules=list(others.order_by("name", "pk").values_list("pk", "name")),
    )


def _sent(request: HttpRequest, project: Project, rule: Rule | None) -> HttpResponse:
    """Saved where `do` says so and nothing is wrong; else shown with what it says now."""
    draft = _draft(project, rule, fitted(request.POST))
    wants = request.POST.get("do", "")
    if not wants.startswith("save"):
        return _shown(request, project, rule, draft)
    definition = draft.definition()
    is_named, is_noted = draft.name.is_valid(), draft.note.is_valid()
    if definition is None or not (is_named and is_noted):
        return _shown(request, project, rule, draft, is_saving=True, status=400)
    if rule and wants != "save-sure" and _would_close(rule, definition):
        return _shown(request, project, rule, draft, asks=True, is_saving=True)
    try:
        saved = _saved(request, project, rule, draft, definition)
    except WrongRule as error:
        draft.problems.append(str(error))
        return _shown(request, project, rule, draft, is_saving=True, status=400)
    return redirect(_place(project, saved))


def _would_close(rule: Rule, definition: Definition) -> bool:
    return not _is_unchanged(rule, definition) and _open(rule).exists()


def _open(rule: Rule) -> QuerySet[Incident]:
    return Incident.objects.filter(rule_id=rule.pk, resolved_at=None)


def _is_unchanged(rule: Rule, definition: Definition) -> bool:
    try:
        return is_same(rule.wanted, definition)
    except WrongRule:
        return False


def _saved(
    request: HttpRequest, project: Project, rule: Rule | None, draft: Draft, wanted: Definition
) -> Rule:
    name = draft.name.cleaned_data["name"]
    words = {one: draft.note.cleaned_data[one] for one in ("note", "runbook_url")}
    if rule is None:
        key = draft.data.get("ready_made", "")[:40]
        rule = changing.made(project, name, wanted, author=request.user, ready_made=key, **words)
        messages.success(request, _("“%(name)s” is on.") % {"name": name})
        return rule
    is_new = not _is_unchanged(rule, wanted)
    changing.describe(rule, name, **words)
    if is_new:
        changing.redefine(rule, wanted, request.user)
        messages.success(request, _("Saved. “%(name)s” begins anew.") % {"name": name})
    else:
        messages.success(request, _("Saved."))
    return rule


def _place(project: Project, rule: Rule) -> str:
    try:
        return reverse("alerts-rule", args=[project.id, rule.pk])
    except NoReverseMatch:
        return reverse("alerts-rules", args=[project.id])


def _shown(
    request: HttpRequest,
    project: Project,
    rule: Rule | None,
    draft: Draft,
    *,
    asks: bool = False,
    is_saving: bool = False,
    status: int = 200,
) -> HttpResponse:
    """`asks` whether open alerts may be closed. What a name lacks is said when it is saved."""
    definition = draft.definition() if not is_saving or asks else None
    context = {
        "project": project,
        "rule": rule,
        "draft": draft,
        "words": sentence(definition) if definition else "",
        "asks": _open(rule).count() if rule and asks else 0,
        "is_saving": is_saving,
        "zones": ZONES,
    }
    template = "_editor" if request.htmx else "editor"
    return render(request, f"alerts/rules/{template}.html", context, status=status)

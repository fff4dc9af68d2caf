"""One rule: what it says, how each of its segments stands, how it went, and what came of it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.applying import PROBLEM, moment, segment_of
from alerts.rules.backtesting import MOST_BUCKETS, Firing, backtest
from alerts.rules.conditions import BudgetState, Drift, WrongRule, check
from alerts.rules.definition import Definition
from alerts.rules.limits import limits_of
from alerts.rules.listing import lines
from alerts.rules.models import Rule
from alerts.rules.segments import ORDER, standing
from alerts.rules.tested import tested
from alerts.rules.views import asked
from alerts.rules.views.asked import rule_of
from alerts.rules.views.backtesting import DAY, DAYS, MAX_KEY
from alerts.rules.views.limiting import undone_by
from traces.errors import LimitReached, Refused, Unavailable
from traces.queries.metrics import Unanswerable

A_PAGE, INCIDENTS, MOST_SHADED = 50, 10, 200


@require_safe
def rule_page(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    """`?full=1` draws the chart as well, for whoever has no JavaScript; `to` is where it ends."""
    project = project_for(request.user, project_id)
    rule = rule_of(project, rule_id)
    context: dict[str, Any] = {
        "project": project,
        "rule": rule,
        "line": lines([rule])[0],
        "undo": undone_by(rule, request.GET),
        "incidents": list(Incident.objects.filter(rule_id=rule.pk, project=project)[:INCIDENTS]),
    }
    try:
        definition = rule.wanted
    except WrongRule:  # its line says why
        return render(request, "alerts/rules/one.html", context)
    context |= _segments(rule, definition, request.GET.get("page"))
    context |= {
        "definition": definition,
        "has_limits": bool(limits_of(definition)),
        "is_drift": isinstance(definition.condition, Drift),
        "is_budget": isinstance(definition.condition, BudgetState),
        "evaluated_until": rule.evaluated_until and moment(rule.evaluated_until),
        "days": _days(definition, request.GET.get("days")),
        "choices": [one for one in DAYS if one * DAY <= MOST_BUCKETS * definition.width],
        "segment": request.GET.get("segment", "")[:MAX_KEY],
        "to": _to(request),
    }
    if request.GET.get("full"):
        context |= _course(project, rule, definition, request)
    return render(request, "alerts/rules/one.html", context)


@require_safe
def rule_course(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    """The chart alone: what is read from the store."""
    project = project_for(request.user, project_id)
    rule = rule_of(project, rule_id)
    context: dict[str, Any] = {"project": project, "rule": rule}
    try:
        context |= _course(project, rule, rule.wanted, request)
    except WrongRule as error:
        context["problem"] = str(error)
    return render(request, "alerts/rules/_course.html", context)


def _segments(rule: Rule, definition: Definition, page: str | None) -> dict[str, Any]:
    """Those that fire first."""
    order = Case(
        *(When(phase=phase, then=Value(number)) for number, phase in enumerate(ORDER)),
        output_field=IntegerField(),
    )
    found = Paginator(rule.segments.order_by(order, "-last_seen", "pk"), A_PAGE).get_page(page)
    return {"page": found, "segments": standing(definition, found)}


def _days(definition: Definition, sent: str | None) -> int:
    fitting = [one for one in DAYS if one * DAY <= MOST_BUCKETS * definition.width]
    return next((one for one in fitting if str(one) == sent), DAYS[0])


def _course(
    project: Project, rule: Rule, definition: Definition, request: HttpRequest
) -> dict[str, Any]:
    """Judged again from what is stored, with the alerts that there really were."""
    days = _days(definition, request.GET.get("days"))
    until = (asked.until_in(request.GET) or asked.now()) - definition.lag_seconds
    try:
        is_budget = isinstance(definition.condition, BudgetState)
        check(not is_budget, _("How budgets stood before is not kept; their own pages draw them."))
        found = backtest(project.id, definition, until - days * DAY, until)
    except (WrongRule, Unanswerable, Refused, LimitReached) as error:
        return {"problem": str(error), "is_hint": is_budget}
    except Unavailable:
        return {"problem": _("ClickHouse is away: try again in a moment.")}
    chosen = request.GET.get("segment", "")[:MAX_KEY]
    told = tested(definition, found, chosen=chosen, firings=_fired(rule, definition, found.since))
    kept = {"days": days, "segment": told.chosen, "to": _to(request)}
    return {"tested": told, "figure": told.figure, **kept}


def _to(request: HttpRequest) -> str:
    """As addresses of the same time have it; "" of those up to now."""
    return request.GET["to"] if asked.until_in(request.GET) else ""


def _fired(rule: Rule, definition: Definition, since: int) -> list[Firing]:
    """Its incidents since then, and those that are still open."""
    rows = Incident.objects.filter(rule_id=rule.pk).exclude(labels=PROBLEM)
    rows = rows.exclude(resolved_at__lt=moment(since)).order_by("-fired_at", "pk")
    return [
        Firing(
            segment_of(one.labels, definition),
            int(one.began_at.timestamp()),
            int(one.fired_at.timestamp()),
            one.resolved_at and int(one.resolved_at.timestamp()),
            Tier(one.tier),
        )
        for one in rows[:MOST_SHADED]
    ]

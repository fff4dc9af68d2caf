"""When a rule would have fired: of a rule that is kept, or of one that is being written."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from alerts.rules.backtesting import MOST_BUCKETS, Backtest, backtest
from alerts.rules.conditions import BudgetState, WrongRule
from alerts.rules.courses import drawn
from alerts.rules.definition import Definition
from alerts.rules.judged import Hint, hint_of
from alerts.rules.limits import LimitsForm
from alerts.rules.models import Rule
from alerts.rules.saying import sentence
from alerts.rules.stored import read, written
from alerts.rules.tested import tested, words_of
from alerts.rules.views import asked
from alerts.rules.views.asked import editable, rule_of
from exports.columns import TEXT, Column
from exports.formats import BOM, cell
from traces.errors import LimitReached, Refused, Unavailable
from traces.queries.metrics import Unanswerable

DAY = 86_400
DAYS = (1, 7, 30)
MAX_JSON, MAX_KEY = 20_000, 2_000


@dataclass(frozen=True, slots=True)
class Trial:
    """`definition` is with the limits that are tried. `until` is a moment in seconds."""

    definition: Definition
    days: int
    until: int

    @property
    def since(self) -> int:
        return self.until - self.days * DAY


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def rule_backtest(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    """`result` reads and draws; without it the page asks for that by itself. `limit-…`, `for`,
    `days` and `segment` are what is tried; nothing is changed.
    """
    project = project_for(request.user, project_id)
    rule = rule_of(project, rule_id)
    try:
        definition = rule.wanted
    except WrongRule as error:
        messages.error(request, _("This rule cannot be read: %(why)s") % {"why": error})
        return redirect("alerts-rule", project.id, rule.pk)
    data = request.POST if request.method == "POST" else request.GET
    return _answered(request, project, definition, data, rule)


@require_POST
@vary_on_headers("HX-Request")
def new_backtest(request: HttpRequest, project_id: str) -> HttpResponse:
    """Of the JSON in `definition`, which is kept nowhere."""
    project = editable(request, project_id)
    try:
        definition = _sent(request.POST.get("definition", ""))
    except WrongRule as error:
        messages.error(request, str(error))
        return redirect("alerts-rule-new", project.id)
    return _answered(request, project, definition, request.POST, None)


def _sent(text: str) -> Definition:
    try:
        return read(json.loads(text[:MAX_JSON]))
    except (ValueError, RecursionError) as error:
        if isinstance(error, WrongRule):
            raise
        raise WrongRule(_("This is no rule as JSON.")) from None


def _answered(
    request: HttpRequest, project: Project, kept: Definition, data: QueryDict, rule: Rule | None
) -> HttpResponse:
    form = LimitsForm(kept, data)
    trial, problem = _trial(form, kept, data)
    if trial and data.get("format") == "csv":
        return _file(project, trial)
    context: dict[str, Any] = {
        "project": project,
        "rule": rule,
        "form": form,
        "days": trial.days if trial else DAYS[0],
        "choices": [(days, _fits(kept, days)) for days in DAYS],
        "most": MOST_BUCKETS,
        "problem": problem,
        "stored": "" if rule else json.dumps(written(kept)),
    }
    if trial:
        is_changed = trial.definition != kept
        context |= {"words": sentence(trial.definition), "is_changed": is_changed}
        if data.get("result"):
            context |= _result(project, trial, rule, data, is_first=bool(data.get("first")))
    template = "_backtest_result" if request.htmx and data.get("result") else "backtest"
    return render(request, f"alerts/rules/{template}.html", context)


def _trial(form: LimitsForm, kept: Definition, data: QueryDict) -> tuple[Trial | None, str]:
    """Or what is wrong with what is tried."""
    if not form.is_valid():
        return None, _("A limit is no number, or a time is none.")
    try:
        wanted = form.wanted()
    except WrongRule as error:
        return None, str(error)
    fitting = [days for days in DAYS if _fits(kept, days)] or [DAYS[0]]
    days = next((one for one in fitting if str(one) == data.get("days")), fitting[:2][-1])
    return Trial(wanted, days, asked.now() - wanted.lag_seconds), ""


def _fits(definition: Definition, days: int) -> bool:
    return days * DAY <= MOST_BUCKETS * definition.width


def _result(
    project: Project, trial: Trial, rule: Rule | None, data: QueryDict, *, is_first: bool
) -> dict[str, Any]:
    """Of a long time the last day comes first, and asks for the rest by itself."""
    is_part = is_first and trial.days > 1
    part = Trial(trial.definition, 1, trial.until) if is_part else trial
    try:
        found = _found(project, part)
    except (WrongRule, Unanswerable, Refused, LimitReached) as error:
        return {"problem": str(error)}
    except Unavailable:
        return {"problem": _("ClickHouse is away: try again in a moment."), "may_retry": True}
    chosen = data.get("segment", "")[:MAX_KEY]
    hint: Hint | None = hint_of(rule, part.definition, found) if rule else None
    told = tested(part.definition, found, chosen=chosen)
    return {"tested": told, "is_part": is_part, "hint": hint}


def _found(project: Project, trial: Trial) -> Backtest:
    if isinstance(trial.definition.condition, BudgetState):
        raise WrongRule(
            _("How budgets stood is not kept. Try the kind “Amount in a period” instead.")
        )
    return backtest(project.id, trial.definition, trial.since, trial.until)


def _file(project: Project, trial: Trial) -> HttpResponse:
    try:
        found = _found(project, trial)
    except (WrongRule, Unanswerable, Refused, Unavailable) as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(("begin", "end", "segment", "value", "limit", "low", "high", "samples", "said"))
    writer.writerows(_lines(trial.definition, found))
    body = BOM + file.getvalue().encode("utf-8", "replace")
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="back-test.csv"'
    return response


def _lines(definition: Definition, found: Backtest) -> Iterator[tuple[object, ...]]:
    """In seconds since 1970, and in the unit of what was measured."""
    for segment, readings in sorted(found.readings.items()):
        name = cell(words_of(definition, segment), Column("", TEXT))
        for reading in readings:
            one = drawn(definition.condition, reading)
            figures = (one.value, one.limit, one.low, one.high, one.samples)
            yield (one.begin, one.end, name, *figures, str(reading.verdict))

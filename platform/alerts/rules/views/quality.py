"""How good a project's alerts are, and which limits people's verdicts propose."""

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import project_for
from alerts.incidents.models import MAX_ID
from alerts.incidents.quality import MOST_RULES, RuleQuality, qualities
from alerts.rules.beyond import wilson
from alerts.rules.models import Rule
from alerts.rules.proposing import Proposal, proposals
from alerts.rules.views.limiting import CHANGED, undone_by
from alerts.rules.words import SHARE, in_unit, lasting
from exports.columns import TEXT, Column
from exports.formats import BOM, cell

DAYS = (7, 30, 90)
HEAD = (
    "rule_id", "rule", "fired", "told", "acknowledged", "real", "false", "false_share_low",
    "false_share", "false_share_high", "seconds_until_acknowledged", "seconds_until_over",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A rule's figures. `rule` is None where it is gone; `low` and `high` are the interval in which
    the share of false ones lies 19 times in 20.
    """

    found: RuleQuality
    rule: Rule | None
    low: float | None
    high: float | None
    proposal: Proposal | None

    @property
    def until_acknowledged(self) -> str:
        return _lasted(self.found.until_acknowledged)

    @property
    def until_over(self) -> str:
        return _lasted(self.found.until_over)

    @property
    def share(self) -> str:
        return _whole(self.found.false_share)

    @property
    def interval(self) -> str:
        return f"{_whole(self.low)} – {_whole(self.high)}"


def _whole(share: float | None) -> str:
    """To the per cent: verdicts are few."""
    return in_unit(None if share is None else round(share, 2), SHARE)


def _lasted(mean: timedelta | None) -> str:
    return "–" if mean is None else lasting(round(mean.total_seconds()))


@require_safe
def quality_page(request: HttpRequest, project_id: str) -> HttpResponse:
    """Of the last `days`; `format=csv` is a file."""
    project = project_for(request.user, project_id)
    days = next((one for one in DAYS if str(one) == request.GET.get("days")), DAYS[1])
    found = lines(project.id, days)
    if request.GET.get("format") == "csv":
        return _file(found)
    context: dict[str, Any] = {
        "project": project,
        "lines": found,
        "days": days,
        "choices": DAYS,
        "is_cut": len(found) == MOST_RULES,
        "judged": sum(one.found.real + one.found.false for one in found),
        "has_rules": bool(found) or Rule.objects.filter(project=project).exists(),
    }
    chosen = request.GET.get(CHANGED, "").replace("\0", "")[:MAX_ID]
    changed = Rule.objects.filter(project=project, pk=chosen).first()
    if changed:
        context |= {"rule": changed, "undo": undone_by(changed, request.GET)}
    return render(request, "alerts/rules/quality.html", context)


def lines(project_id: str, days: int) -> list[Line]:
    since = timezone.now() - timedelta(days=days)
    found = qualities(project_id, since)
    rules = Rule.objects.filter(project=project_id).in_bulk([one.rule_id for one in found])
    proposed = proposals(project_id, rules.values(), since)
    return [_line(one, rules.get(one.rule_id), proposed.get(one.rule_id)) for one in found]


def _line(found: RuleQuality, rule: Rule | None, proposal: Proposal | None) -> Line:
    judged = found.real + found.false
    low, high = wilson(found.false, judged) if judged else (None, None)
    return Line(found, rule, low, high, proposal)


def _file(found: list[Line]) -> HttpResponse:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEAD)
    for line in found:
        one = line.found
        shares = (line.low, one.false_share, line.high)
        means = (one.until_acknowledged, one.until_over)
        seconds = (None if mean is None else mean.total_seconds() for mean in means)
        counts = (one.fired, one.told, one.acknowledged, one.real, one.false)
        name = cell(one.rule_name, Column("", TEXT))
        writer.writerow((one.rule_id, name, *counts, *shares, *seconds))
    body = BOM + file.getvalue().encode("utf-8", "replace")
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="alert-quality.csv"'
    return response

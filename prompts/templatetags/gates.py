"""What the pages of gates and splits write: `{% load gates %}`."""

from typing import Any

from django import template

from prompts.gates import settings
from prompts.gates.checks import title_of
from prompts.gates.formats import said_of
from prompts.gates.models import Gate, GateChange, GateRun
from prompts.gates.results import Report, Result
from prompts.gates.running import report_of
from prompts.gates.settings import Changed, Setting
from prompts.gates.verdicts import WORDS, Verdict
from prompts.splits.guards import GUARDS
from prompts.splits.models import SplitStep
from prompts.splits.watching import Judged, judged_as

register = template.Library()
register.filter("check_title", title_of)
CHIPS = {Verdict.PASSED: "good", Verdict.FAILED: "bad", Verdict.UNKNOWN: "warn"}
ICONS = {Verdict.PASSED: "good", Verdict.FAILED: "error", Verdict.UNKNOWN: "warning"}


@register.filter
def verdict_words(verdict: str) -> Any:
    return WORDS[Verdict(verdict)]


@register.filter
def verdict_chip(verdict: str) -> str:
    return CHIPS.get(Verdict(verdict), "")


@register.filter
def verdict_icon(verdict: str) -> str:
    return ICONS.get(Verdict(verdict), "info")


@register.filter
def kept_report(run: GateRun) -> Report:
    return report_of(run)


@register.filter
def settings_of(gate: Gate) -> list[Setting]:
    return list(settings.settings_of(gate.checks).values())


@register.filter
def changes_of(change: GateChange) -> list[Changed]:
    return settings.changes(change.before, change.after)


@register.filter
def bounds_of(result: Result) -> str:
    return said_of(result)


@register.filter
def measure(value: Any, unit: str) -> str:
    """A limit or a figure of a guard, which may not be known."""
    if not isinstance(value, int | float):
        return "–"
    return f"{value:.3g}{unit}".replace("-", "−")


@register.filter
def tripped(step: SplitStep) -> list[str]:
    return [key for key in step.reason.split(", ") if key]


@register.filter
def guard_title(key: str) -> Any:
    return GUARDS[key].title if key in GUARDS else key


@register.filter
def guards_found(step: SplitStep) -> list[Judged]:
    """What the guards of a canary found when it took the step."""
    return judged_as({one["key"]: one for one in step.findings.get("guards", ())})

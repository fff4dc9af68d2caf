"""What the pages of gates and splits write: `{% load gates %}`."""

from typing import Any

from django import template

from prompts.gates.checks import CHECKS, Check
from prompts.gates.formats import said_of
from prompts.gates.models import Gate, GateRun
from prompts.gates.results import Report, Result
from prompts.gates.running import report_of
from prompts.gates.verdicts import WORDS, Verdict
from prompts.splits.guards import GUARDS
from prompts.splits.models import SplitStep
from prompts.splits.watching import Judged, judged_as

register = template.Library()
CHIPS = {Verdict.PASSED: "good", Verdict.FAILED: "bad", Verdict.UNKNOWN: "warn"}
ICONS = {Verdict.PASSED: "good", Verdict.FAILED: "error", Verdict.UNKNOWN: "warning"}


@register.filter
def check_title(key: str) -> Any:
    return CHECKS[key].title if key in CHECKS else key


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
def checks_of(gate: Gate) -> list[tuple[Any, Any]]:
    """The title of each check with its setting, briefly."""
    return [
        (check.title, said(check, gate.checks[key]))
        for key, check in CHECKS.items()
        if key in gate.checks
    ]


def said(check: Check, setting: Any) -> Any:
    """A text, also of 0; nothing of what is only on or off."""
    if setting is True:
        return ""
    if isinstance(setting, list):
        return ", ".join(map(str, setting))
    if isinstance(setting, float):
        return f"{setting:g}"
    choices = dict(getattr(check.field(), "choices", ())) if check.field else {}
    return choices.get(setting, str(setting))


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

"""What the pages of gates and splits write: `{% load gates %}`."""

from typing import Any

from django import template

from prompts.gates.checks import CHECKS
from prompts.gates.models import Gate, GateRun
from prompts.gates.results import Report, Result
from prompts.gates.running import report_of
from prompts.gates.verdicts import WORDS, Verdict

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
def checks_of(gate: Gate) -> list[tuple[Any, str]]:
    """The title of each check with its setting, briefly."""
    return [
        (check.title, said(gate.checks[key])) for key, check in CHECKS.items() if key in gate.checks
    ]


def said(setting: Any) -> str:
    if setting is True:
        return ""
    return ", ".join(map(str, setting)) if isinstance(setting, list) else str(setting)


@register.filter
def bounds_of(result: Result) -> str:
    return "{:.4g} – {:.4g}".format(*result.interval) if result.interval else ""

"""How experiments are written: `{% load experiments %}`."""

import json
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evals.experiments.comparing import Change, Row
from evals.experiments.measuring import Measured, Value
from prompts.figures.comparing import SHARE
from prompts.templatetags.prompt_figures import signed

register = template.Library()

SHOWN = 1_500  # characters of a text
CUT = "…"


@register.filter
def excerpt(value: Any) -> str:
    """A text as it is, anything else as JSON; cut."""
    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return text if len(text) <= SHOWN else text[:SHOWN] + CUT


@register.filter
def score_words(value: Value | None) -> str:
    if value is None:
        return "–"
    if value.is_boolean:
        return pgettext("score", "true") if value.number else pgettext("score", "false")
    if value.text:
        return value.text[:60]
    return "–" if value.number is None else f"{value.number:.4g}"


@register.filter
def score_of(measured: Measured | None, name: str) -> Value | None:
    return measured.scores.get(name) if measured else None


@register.filter
def change_of(changes: dict | str, name: str) -> Change | None:
    """None on pages that compare nothing, where there are no changes."""
    return changes.get(("score", name)) if isinstance(changes, dict) else None


@register.filter
def row_of(rows: dict, key: str) -> Row | None:
    """`rows|row_of:"latency"`, or the name of a score behind `score:`."""
    kind, _colon, name = key.partition(":")
    return rows.get((kind, name))


@register.filter
def score_key(name: str) -> str:
    return f"score:{name}"


@register.filter
def change_words(change: Change) -> str:
    if change.unit == SHARE:
        return _("was false") if change.difference > 0 else _("was true")
    return signed(change.difference, change.unit)


@register.filter
def mean_for(scores: list, name: str) -> Any:
    return next((one for one in scores if one.name == name), None)

"""How evaluators are written on their pages: `{% load judges %}`."""

from decimal import Decimal
from typing import Any

from django import template

from evals.judges.models import Execution, State, Status
from evals.judges.outputs import BOOLEAN, CATEGORICAL, NUMERIC
from prompts.templatetags.prompt_figures import of_a_call

register = template.Library()

STATE_CHIPS = {State.ACTIVE: "good", State.PAUSED: "bad"}
STATUS_CHIPS = {Status.DONE: "good", Status.FAILED: "bad", Status.RUNNING: "accent"}


@register.filter
def money(value: Decimal | None) -> str:
    """With two digits that say something: calls are cheap."""
    return "–" if value is None else of_a_call(float(value))


@register.filter
def state_chip(state: str) -> str:
    return STATE_CHIPS.get(State(state), "")


@register.filter
def status_chip(status: str) -> str:
    return STATUS_CHIPS.get(Status(status), "")


@register.filter
def verdict_words(one: Execution) -> str:
    """What the judge said, in as few words as there are."""
    if one.string_value:
        return one.string_value
    return "" if one.value is None else f"{one.value:.3g}"


@register.filter
def said_words(verdict: tuple[float | None, str]) -> str:
    value, words = verdict
    return words or ("–" if value is None else f"{value:.3g}")


@register.filter
def shape_words(output: dict[str, Any]) -> str:
    """What a version answers: 0 – 1, true / false, good / bad."""
    kind = output.get("kind")
    if kind == NUMERIC:
        return f"{output['min']:g} – {output['max']:g}"
    if kind == CATEGORICAL:
        return " / ".join(output["choices"])
    return "true / false" if kind == BOOLEAN else "0 – 1"


@register.filter
def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")


@register.filter
def percent_of(share: float) -> str:
    return f"{share * 100:.0f} %"

"""How pages of drift write what they tell: `{% load drift %}`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template

from evals.drift.methods import Method
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.monitors import State
from evals.drift.saying import headline, watched_sentence
from evals.drift.words import TONES, effect_words, method_words, state_words, written
from evals.drift.words import share as share_words

register = template.Library()

WIDTH, HEIGHT, BESIDE = 120, 24, 3  # of a sparkline, in its own units
LEAST_P = 0.0001  # what is less is written as less
FULL = 2.0  # thresholds that a bar is long

register.filter("figure", written)
register.filter("state_words", state_words)
register.filter("method_words", method_words)
register.filter("effect_words", effect_words)


@register.filter
def as_share(value: float | None) -> str:
    return share_words(value)


@register.filter
def probability(p: float) -> str:
    return f"<{LEAST_P}" if p < LEAST_P else f"{p:.3g}"


@register.filter
def chance(p: float) -> str:
    """The same behind the name of it: “p = 0.04”."""
    return f"< {LEAST_P}" if p < LEAST_P else f"= {p:.3g}"


@register.filter
def as_moment(text: str) -> datetime | None:
    """Of a moment as JSON has it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@register.filter
def stratum(to: float | str) -> str:
    """A kind of input: a number up to which it goes, or a category."""
    return to if isinstance(to, str) else written(to)


@register.filter
def state_tone(state: str) -> str:
    return TONES.get(State(state), "")


@register.filter
def in_words(monitor: DriftMonitor) -> str:
    return watched_sentence(monitor)


@register.filter
def answer(verdict: DriftVerdict) -> str:
    """The first sentence of what it says."""
    return headline(verdict)[0]


@register.inclusion_tag("drift/_effect.html")
def effect_bar(verdict: DriftVerdict) -> dict[str, Any]:
    """The effect against its threshold, which stands in the middle."""
    origin = 0.5 if verdict.method == Method.CLASSIFIER else 0.0
    room = (verdict.least_effect or 0) - origin
    effect = max((verdict.effect or 0) - origin, 0)
    part = min(effect / room / FULL, 1.0) if room > 0 else 0.0
    return {"verdict": verdict, "width": f"{part * 100:.1f}", "limit": f"{100 / FULL:.1f}"}


@register.inclusion_tag("drift/_spark.html")
def effects_spark(verdicts: Sequence[DriftVerdict]) -> dict[str, Any]:
    """Effects in thresholds, oldest first, with the threshold as a line; drifts are dots."""
    known = [
        (number, one.effect / one.least_effect, one.state == State.DRIFT)
        for number, one in enumerate(verdicts)
        if one.effect is not None and one.least_effect
    ]
    most = max([FULL, *(value for _number, value, _is in known)])
    step = (WIDTH - 2 * BESIDE) / max(len(verdicts) - 1, 1)

    def at(number: int, value: float) -> tuple[str, str]:
        up = HEIGHT - BESIDE - (HEIGHT - 2 * BESIDE) * value / most
        return f"{BESIDE + number * step:.1f}", f"{up:.1f}"

    places = [(*at(number, value), is_drift) for number, value, is_drift in known]
    return {
        "path": " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y, _is) in enumerate(places)),
        "dots": [(x, y) for x, y, is_drift in places if is_drift],
        "base": at(0, 1.0)[1],
        "width": WIDTH,
        "height": HEIGHT,
        "n": len(known),
        "drifts": sum(is_drift for _x, _y, is_drift in places),
    }

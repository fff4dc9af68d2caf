"""What a verdict says in sentences. Pure, but for the language they are in."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evals.drift.methods import Kind, Method
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.monitors import State
from evals.drift.stored import Chosen
from evals.drift.watched import DIMENSIONS, words_of
from evals.drift.windows import BaselineKind, InvalidBaseline
from evals.drift.words import baseline_words, lasting, share, written

TELLING = 3  # words of texts in the sentence
ITSELF = {"model": "model", "prompt_version": "prompt_version", "input_language": "language"}
LEAST_PART = 0.2  # of a shift, beyond its part of the traffic, for a segment to be named
ONE_SIDED = 0.5  # of a shift, for it to be up or down
LEAST_DRAWN = 1e-9  # of a shift that can be seen in the bins


@dataclass(frozen=True, slots=True)
class Moved:
    """A segment of `DriftVerdict.moved`. `within` and `mix` are in the unit of the whole shift."""

    dimension: str
    segment: str
    within: float
    mix: float
    share: float
    n_reference: int
    n_current: int

    @property
    def dimension_words(self) -> str:
        return str(DIMENSIONS.get(self.dimension, self.dimension))


def headline(verdict: DriftVerdict) -> list[str]:
    """The answer: sentences, the first of which stands by itself."""
    monitor = verdict.monitor
    name = words_of(monitor)
    if verdict.state != State.DRIFT:
        return [_without_drift(verdict, str(name))]
    found = [_what_moved(verdict, str(name), against(monitor))]
    return [*found, *filter(None, (_began(verdict), _from_where(verdict)))]


def against(monitor: DriftMonitor) -> str:
    """What it is compared with, to stand behind "than"."""
    try:
        chosen: Chosen = monitor.chosen
    except InvalidBaseline:
        return _("in the reference")
    if chosen.kind == BaselineKind.ROLLING:
        return _("in the %(time)s before") % {"time": lasting(chosen.reference_hours)}
    if chosen.kind == BaselineKind.SINCE:
        return _("in the %(time)s before it began") % {"time": lasting(chosen.reference_hours)}
    if chosen.kind == BaselineKind.SAME_HOURS:
        return _("in the same hours of the weeks before")
    return _("in the dataset") if chosen.kind == BaselineKind.DATASET else _("in the fixed time")


def watched_sentence(monitor: DriftMonitor) -> str:
    """What it watches, and against what."""
    try:
        compared = baseline_words(monitor.chosen)
    except InvalidBaseline as error:
        compared = str(error)
    return f"{words_of(monitor)}: {compared}"


def moved_of(verdict: DriftVerdict) -> list[Moved]:
    """The largest part of a dimension first, dimensions in their order, but for the one that is
    what is watched itself.
    """
    names, itself = Moved.__dataclass_fields__, ITSELF.get(verdict.monitor.watched)
    found = [
        Moved(**{name: one[name] for name in names})
        for one in verdict.moved
        if one["dimension"] != itself
    ]
    order = list(DIMENSIONS)
    place = {name: number for number, name in enumerate(order)}
    return sorted(found, key=lambda one: (place.get(one.dimension, len(order)), -one.share))


def middle(edges: list[float], shares: list[float]) -> float | None:
    """The median, by even distribution within each cell. None of nothing."""
    if not sum(shares):
        return None
    half, behind = sum(shares) / 2, 0.0
    for (low, high), part, reached in zip(pairwise(edges), shares, accumulate(shares), strict=True):
        if reached >= half and part:
            return low + (high - low) * (half - behind) / part
        behind = reached
    return edges[-1]


def medians(shapes: dict[str, Any]) -> tuple[float, float] | None:
    """Of both sides of a number: as they were stored, else from what is drawn."""
    if shapes.get("kind") != "numeric":
        return None
    kept = shapes.get("reference_middle"), shapes.get("current_middle")
    drawn = (middle(shapes["edges"], shapes[side]) for side in ("reference", "current"))
    before, after = (
        one if one is not None else other for one, other in zip(kept, drawn, strict=True)
    )
    return None if before is None or after is None else (before, after)


def _without_drift(verdict: DriftVerdict, name: str) -> str:
    if verdict.state == State.NONE:
        words = _("%(name)s: as it was %(against)s.")
        return words % {"name": name, "against": against(verdict.monitor)}
    if verdict.state == State.TOO_FEW:
        return _(
            "%(name)s: too few values to say anything, %(n)s now and %(before)s in the reference."
        ) % {"name": name, "n": f"{verdict.n_current:,}", "before": f"{verdict.n_reference:,}"}
    return _("%(name)s: not comparable. %(why)s") % {"name": name, "why": verdict.why}


def _what_moved(verdict: DriftVerdict, name: str, than: str) -> str:
    told = {"name": name, "than": than}
    kind, shapes = verdict.monitor.kind, verdict.shapes
    if kind == Kind.NUMERIC and (found := medians(shapes)):
        return _of_numbers(shapes, found, told)
    if kind == Kind.CATEGORICAL and shapes.get("labels"):
        return _most_moved(shapes, told)
    if kind == Kind.TEXT:
        words = _("%(name)s: other words than %(than)s, more often %(words)s.")
        telling = [one["word"] for one in verdict.words.get("current", ())][:TELLING]
        return words % {**told, "words": ", ".join(telling) or "–"}
    if kind == Kind.RELATION and verdict.scored:
        return _scored(verdict, told)
    return _("%(name)s: not what it was %(than)s.") % told


def leaning(shapes: dict[str, Any]) -> float:
    """How one-sided the shift is, as it is drawn: 1 where all moved up, -1 where all moved down."""
    apart = [
        before - after
        for before, after in zip(
            accumulate(shapes["reference"]), accumulate(shapes["current"]), strict=True
        )
    ]
    whole = sum(abs(one) for one in apart)
    return sum(apart) / whole if whole > LEAST_DRAWN else 0.0


def _of_numbers(shapes: dict[str, Any], middles: tuple[float, float], told: dict[str, str]) -> str:
    """By the median where it moved as most did, else by the mean: where a part of the values
    moved far, the median of all may stay or even move the other way.
    """
    unit, lean = shapes.get("unit", ""), leaning(shapes)
    if abs(lean) < ONE_SIDED:
        if written(middles[0], unit) == written(middles[1], unit):
            words = _("%(name)s: spread otherwise than %(than)s, around the same median of %(at)s.")
            return words % {**told, "at": written(middles[1], unit)}
        words = _("%(name)s: spread otherwise than %(than)s, median %(before)s → %(after)s.")
        return words % {**told, **_both(middles, unit)}
    is_higher, means = lean > 0, (shapes.get("reference_mean"), shapes.get("current_mean"))
    is_seen = written(middles[0], unit) != written(middles[1], unit)
    if None in means or (is_seen and (middles[1] > middles[0]) == is_higher):
        words = (
            _("%(name)s: higher than %(than)s, median %(before)s → %(after)s.")
            if is_higher
            else _("%(name)s: lower than %(than)s, median %(before)s → %(after)s.")
        )
        return words % {**told, **_both(middles, unit)}
    words = (
        _("%(name)s: higher than %(than)s, mean %(before)s → %(after)s.")
        if is_higher
        else _("%(name)s: lower than %(than)s, mean %(before)s → %(after)s.")
    )
    return words % {**told, **_both(means, unit)}


def _both(of: tuple[Any, Any], unit: str) -> dict[str, str]:
    """Of characters the unit stands behind the second alone."""
    before = written(of[0], "" if unit == "characters" else unit)
    return {"before": before, "after": written(of[1], unit)}


def _most_moved(shapes: dict[str, Any], told: dict[str, str]) -> str:
    label, before, after = max(
        zip(shapes["labels"], shapes["reference"], shapes["current"], strict=True),
        key=lambda row: abs(row[1] - row[2]),
    )
    words = _("%(name)s: mixed otherwise than %(than)s, “%(label)s” %(before)s → %(after)s.")
    figures = {"before": share(before), "after": share(after)}
    return words % {**told, "label": label[:80] or _("all others"), **figures}


def _scored(verdict: DriftVerdict, told: dict[str, str]) -> str:
    """Kinds of input weighed as the current side has them."""
    rows = verdict.scored
    n = sum(one["n_current"] for one in rows)
    before, after = (
        sum(one[mean] * one["n_current"] for one in rows) / n
        for mean in ("mean_reference", "mean_current")
    )
    words = _(
        "%(name)s: the same inputs are scored otherwise than %(than)s, %(before)s → %(after)s."
    )
    return words % {**told, "before": written(before), "after": written(after)}


def _began(verdict: DriftVerdict) -> str:
    if verdict.began_at is None:
        return ""
    if verdict.began_is_whole:
        return _("It began at the start of the window or before.")
    return _("It began about %(at)s UTC.") % {"at": f"{verdict.began_at:%Y-%m-%d %H:%M}"}


def _from_where(verdict: DriftVerdict) -> str:
    """The segment that has most of the shift beyond its part of the traffic, of a dimension that
    has several: one that has no more of it moved as the others did.
    """
    found = moved_of(verdict)
    several = [
        (one.share - _traffic(one, found), one)
        for one in found
        if sum(other.dimension == one.dimension for other in found) > 1 and one.segment
    ]
    beyond, most = max(several, key=lambda pair: pair[0], default=(0.0, None))
    if most is None or beyond < LEAST_PART:
        return ""
    part = min(most.share, 1.0)
    words = _("%(share)s of it comes from %(dimension)s %(segment)s.")
    return words % {
        "share": share(part),
        "dimension": most.dimension_words.lower(),
        "segment": most.segment[:80],
    }


def _traffic(one: Moved, all_: list[Moved]) -> float:
    """Its part of the side on which it has less."""
    same = [other for other in all_ if other.dimension == one.dimension]
    return min(
        one.n_reference / max(1, sum(other.n_reference for other in same)),
        one.n_current / max(1, sum(other.n_current for other in same)),
    )


def significance(verdict: DriftVerdict) -> str:
    """What q means, in words."""
    if verdict.q is None:
        return ""
    if verdict.q < 0.0005:
        often = _("less than once in 2,000 times")
    else:
        n = max(1, round(1 / verdict.q)) if verdict.q else 2000
        often = ngettext("about each time", "about once in %(n)s times", n) % {"n": f"{n:,}"}
    return _("If nothing had changed, chance alone would make as much of it %(often)s.") % {
        "often": often
    }


def effect_sentence(verdict: DriftVerdict) -> str:
    """How large the effect is beside its threshold."""
    if verdict.effect is None or not verdict.least_effect:
        return ""
    least = written(verdict.least_effect)
    if verdict.method == Method.CLASSIFIER:  # it begins at 0.5, so no multiple of it means much
        return _("The threshold is %(least)s.") % {"least": least}
    times = f"{verdict.effect / verdict.least_effect:.2g}"
    return _("%(times)s times the threshold of %(least)s.") % {"times": times, "least": least}

"""What states, methods and baselines of drift are called, and how figures are written."""

import math
from datetime import datetime
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evals.drift.methods import Kind, Method
from evals.drift.monitors import State
from evals.drift.stored import Chosen
from evals.drift.windows import BaselineKind
from traces.templatetags.trace_figures import quantity

Words: TypeAlias = str | Promise
UNITS = ("dollars", "seconds", "share", "count", "tokens", "tokens/s")
STATES: dict[str, Words] = {
    State.DRIFT: gettext_lazy("Drift"),
    State.NONE: gettext_lazy("No drift"),
    State.TOO_FEW: gettext_lazy("Too few values"),
    State.NOT_COMPARABLE: gettext_lazy("Not comparable"),
}
TONES = {State.DRIFT: "bad", State.NONE: "good", State.NOT_COMPARABLE: "warn"}
KINDS: dict[str, Words] = {
    Kind.NUMERIC: gettext_lazy("Numbers"),
    Kind.CATEGORICAL: gettext_lazy("Categories"),
    Kind.TEXT: gettext_lazy("Text"),
    Kind.EMBEDDING: gettext_lazy("Embeddings"),
    Kind.RELATION: gettext_lazy("Relation of an input to a score"),
}
METHODS: dict[str, Words] = {
    Method.KOLMOGOROV_SMIRNOV: "Kolmogorov–Smirnov",
    Method.WASSERSTEIN: gettext_lazy("Wasserstein distance"),
    Method.MANN_WHITNEY: "Mann–Whitney",
    Method.ANDERSON_DARLING: "Anderson–Darling",
    Method.CRAMER_VON_MISES: "Cramér–von Mises",
    Method.ENERGY: gettext_lazy("Energy distance"),
    Method.CHI_SQUARE: gettext_lazy("Chi-square"),
    Method.CHI_SQUARE_FIT: gettext_lazy("Chi-square, of fit"),
    Method.G: gettext_lazy("G-test"),
    Method.G_FIT: gettext_lazy("G-test, of fit"),
    Method.Z: gettext_lazy("Z-test of shares"),
    Method.PSI: gettext_lazy("Population stability index"),
    Method.KULLBACK_LEIBLER: "Kullback–Leibler",
    Method.JENSEN_SHANNON: gettext_lazy("Jensen–Shannon distance"),
    Method.HELLINGER: gettext_lazy("Hellinger distance"),
    Method.TOTAL_VARIATION: gettext_lazy("Total variation"),
    Method.MMD: gettext_lazy("Maximum mean discrepancy"),
    Method.CENTROID: gettext_lazy("Distance of centroids"),
    Method.CLASSIFIER: gettext_lazy("Classifier"),
    Method.RELATION: gettext_lazy("Scores of like inputs"),
}
_IN_DEVIATIONS = gettext_lazy("how far values moved, in standard deviations of the reference")
_OF_SHARES = gettext_lazy("how far the shares of the values lie apart; 0 is the same")
EFFECTS: dict[str, Words] = {
    Method.KOLMOGOROV_SMIRNOV: gettext_lazy(
        "the widest gap between both distributions, from 0 to 1"
    ),
    Method.WASSERSTEIN: _IN_DEVIATIONS,
    Method.ANDERSON_DARLING: _IN_DEVIATIONS,
    Method.CRAMER_VON_MISES: _IN_DEVIATIONS,
    Method.ENERGY: _IN_DEVIATIONS,
    Method.MANN_WHITNEY: gettext_lazy(
        "how much more often a value of one side is the larger one, from 0 to 1"
    ),
    Method.Z: gettext_lazy("how far both shares lie apart (Cohen's h)"),
    Method.MMD: gettext_lazy("how far both clouds of values lie apart; 0 is the same"),
    Method.CENTROID: gettext_lazy("how far the middle moved, in lengths of the reference"),
    Method.CLASSIFIER: gettext_lazy(
        "how well a classifier tells both sides apart: 0.5 by chance, 1 always"
    ),
    Method.RELATION: gettext_lazy(
        "how far scores of like inputs moved, in standard deviations of the reference"
    ),
}
BASELINES: dict[str, Words] = {
    BaselineKind.ROLLING: gettext_lazy("The time before"),
    BaselineKind.SAME_HOURS: gettext_lazy("The same hours of the weeks before"),
    BaselineKind.FIXED: gettext_lazy("A fixed time"),
    BaselineKind.SINCE: gettext_lazy("Before a release or prompt version"),
    BaselineKind.DATASET: gettext_lazy("A dataset"),
}
EVERY: dict[int, Words] = {
    1: gettext_lazy("hour"),
    3: gettext_lazy("3 hours"),
    6: gettext_lazy("6 hours"),
    12: gettext_lazy("12 hours"),
    24: gettext_lazy("day"),
    168: gettext_lazy("week"),
}


def effect_words(method: str) -> Words:
    """What the effect of a method says."""
    return EFFECTS.get(method, _OF_SHARES)


def state_words(state: str) -> Words:
    return STATES.get(state, state)


def method_words(method: str) -> Words:
    """Of a monitor without one, how it is chosen."""
    return METHODS.get(method, method) if method else _("Chosen by type and sample size")


def written(value: float | None, unit: str = "") -> str:
    """With its unit, to three figures; a length in whole characters."""
    if value is None or not math.isfinite(value):
        return "–"
    if unit in UNITS:
        return quantity(value, unit)
    plain = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if unit == "characters":
        return ngettext("%(n)s character", "%(n)s characters", round(value)) % {"n": plain}
    return plain


def share(value: float | None) -> str:
    return "–" if value is None else quantity(value, "share")


def lasting(hours: float) -> str:
    """In whole days from two on."""
    if hours >= 48 and hours % 24 == 0:
        days = round(hours / 24)
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return ngettext("%(n)s hour", "%(n)s hours", round(hours)) % {"n": f"{hours:g}"}


def baseline_words(chosen: Chosen) -> str:
    """What is compared with what, in one phrase."""
    said = {"current": lasting(chosen.current_hours), "before": lasting(chosen.reference_hours)}
    match chosen.kind:
        case BaselineKind.FIXED:
            said |= {"start": _day(chosen.start), "end": _day(chosen.end)}
            return _("the last %(current)s against %(start)s to %(end)s") % said
        case BaselineKind.SAME_HOURS:
            words = ngettext(
                "the last %(current)s against the same hours of the week before",
                "the last %(current)s against the same hours of the %(weeks)d weeks before",
                chosen.weeks,
            )
            return words % {**said, "weeks": chosen.weeks}
        case BaselineKind.SINCE:
            return _("since %(what)s against the %(before)s before it") % {
                **said,
                "what": _since(chosen),
            }
        case BaselineKind.DATASET:
            return _("the last %(current)s against a dataset") % said
    return _("the last %(current)s against the %(before)s before") % said


def _since(chosen: Chosen) -> str:
    if chosen.release:
        return _("release %(name)s") % {"name": chosen.release}
    if chosen.prompt:
        return _("version %(number)s of prompt %(name)s") % {
            "name": chosen.prompt,
            "number": chosen.prompt_version,
        }
    return _day(chosen.start)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"

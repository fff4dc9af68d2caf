"""What a monitor's form shows at first, and what it says of itself."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.drift.methods import Kind
from evals.drift.models import DriftMonitor
from evals.drift.monitors import Correction
from evals.drift.stored import Chosen
from evals.drift.watched import Level, Watched
from evals.drift.windows import InvalidBaseline

# What people say of a monitor, beside its name and baseline.
SAID = (
    "note", "watched", "key", "figure", "kind", "query", "method", "least_effect", "alpha",
    "least_samples", "correction", "by", "every_hours",
)  # fmt: skip
OF_BASELINE = (
    "current_hours", "reference_hours", "weeks", "zone", "start", "end", "release", "prompt",
    "prompt_version", "dataset",
)  # fmt: skip
LEVELS: dict[str, str | Promise] = {
    Level.OBSERVATION: gettext_lazy("Calls and steps"),
    Level.TRACE: gettext_lazy("Traces"),
    Level.SCORE: gettext_lazy("Scores"),
}


def grouped(known: Mapping[str, Watched]) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """For a select: of calls, of traces, of scores."""
    return [
        (words, [(one.name, one.words) for one in known.values() if one.level == level])
        for level, words in LEVELS.items()
        if any(one.level == level for one in known.values())
    ]


def initial_of(monitor: DriftMonitor) -> dict[str, Any]:
    try:
        chosen = monitor.chosen
    except InvalidBaseline:
        chosen = Chosen()
    told = {name: getattr(monitor, name) for name in ("name", *SAID)}
    told |= {name: getattr(chosen, name) for name in OF_BASELINE}
    for name in ("current_hours", "reference_hours"):
        told[name] = f"{told[name]:g}"
    since = "release" if chosen.release else "prompt" if chosen.prompt else "moment"
    is_corrected = monitor.correction == Correction.BENJAMINI_HOCHBERG
    return {**told, "baseline": str(chosen.kind), "since": since, "is_corrected": is_corrected}


def default_words(kind: Kind) -> str:
    if kind == Kind.NUMERIC:
        return _(
            "By itself: Kolmogorov–Smirnov up to 1,000 values of the reference, Wasserstein "
            "beyond; of 5 values or fewer as of categories."
        )
    if kind == Kind.CATEGORICAL:
        return _(
            "By itself: chi-square up to 1,000 values of the reference (Z of two categories), "
            "Jensen–Shannon beyond."
        )
    return _("By itself: the distance of centroids.")

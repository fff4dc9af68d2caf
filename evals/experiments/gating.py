"""What gates of prompts ask of an experiment. Importing this adds the checks to their table."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from evals.checks.check import HIGHER, LOWER
from evals.datasets.names import MAX_NAME
from evals.experiments.comparing import Pairs, pairs_of, score_row
from evals.experiments.directions import directions
from evals.experiments.edits import edited
from evals.experiments.gated import DATASET, SCORE, Missing, Ran, base, named, ran
from evals.experiments.knowing import datasets_known, scores_known
from evals.experiments.measuring import score_mean
from prompts import bounds
from prompts.bounds import Interval
from prompts.figures.statistics import CONFIDENCE, interval_of
from prompts.gates.case import Case
from prompts.gates.checks import AT_LEAST, AT_MOST, GROUPS, Check, register
from prompts.gates.fields import number
from prompts.gates.of_text import NOTHING_THERE
from prompts.gates.results import Result
from prompts.gates.verdicts import Verdict

LEAST, MOST = "experiment_min_score", "experiment_max_score"
FALL, COST = "experiment_max_regression", "experiment_max_cost_ratio"

WHOLE = gettext_noop("All %(items)d items of “%(dataset)s” were answered.")
BROKEN = gettext_noop("%(failed)d of %(items)d items of “%(dataset)s” failed.")
UNSCORED = gettext_noop("Only %(n)d of %(items)d items have a score “%(score)s” that is a number.")
SCORED = gettext_noop("All %(items)d items have the score “%(score)s”.")
MEAN = gettext_noop("“%(score)s” is %(mean).3f on average on “%(dataset)s”; %(limit)g is asked.")
OVER = gettext_noop(
    "“%(score)s” is %(mean).3f on average on “%(dataset)s”; %(limit)g at most is asked."
)
TOO_FEW = gettext_noop("Only %(n)d items were run in both versions: too few to tell them apart.")
FELL = gettext_noop(
    "“%(score)s” changes by %(difference)+.3f against version %(against)d, item by item; the 95 %% "
    "interval reaches down to %(low)+.3f, and a fall of %(limit)g is allowed."
)
ROSE = gettext_noop(
    "“%(score)s”, of which less is better, changes by %(difference)+.3f against version "
    "%(against)d, item by item; the 95 %% interval reaches up to %(high)+.3f, and a rise of "
    "%(limit)g is allowed. Items that were edited in between, which do not count: %(edited)d."
)
MOVED = gettext_noop(
    "“%(score)s”, of which neither more nor less is better, changes by %(difference)+.3f against "
    "version %(against)d, item by item; the 95 %% interval reaches from %(low)+.3f to %(high)+.3f, "
    "and a change of %(limit)g is allowed. Items that were edited in between, which do not count: "
    "%(edited)d."
)
# As FELL, and as RATIO, where items were edited between the two experiments.
TOO_FEW_ALIKE = gettext_noop(
    "Only %(n)d items were run alike in both versions, %(edited)d were edited in between: run "
    "version %(against)d again."
)
FELL_ALIKE = gettext_noop(
    "“%(score)s” changes by %(difference)+.3f against version %(against)d, item by item; the 95 %% "
    "interval reaches down to %(low)+.3f, and a fall of %(limit)g is allowed. Items that were "
    "edited in between, which do not count: %(edited)d."
)
RATIO_ALIKE = gettext_noop(
    "An item costs %(ratio).2f times what it does with version %(against)d; %(limit)g is allowed. "
    "Items that were edited in between, which do not count: %(edited)d."
)
NO_COST = gettext_noop("The cost of an item is unknown in one of the two versions.")
RATIO = gettext_noop(
    "An item costs %(ratio).2f times what it does with version %(against)d; %(limit)g is allowed."
)


def unknown(key: str, missing: Missing) -> Result:
    return Result(key, Verdict.UNKNOWN, missing.reason, missing.figures)


def judged(is_good: bool) -> Verdict:
    return Verdict.PASSED if is_good else Verdict.FAILED


def was_run(case: Case, setting: str) -> Result:
    try:
        found = ran(case)
    except Missing as missing:
        return unknown(DATASET, missing)
    answered = [one for one in found.measurement.values() if not one.has_failed]
    failed = found.items - len(answered)
    figures = {"dataset": setting, "items": found.items, "failed": failed}
    return Result(DATASET, judged(not failed), BROKEN if failed else WHOLE, figures, found.items)


def was_scored(case: Case, setting: str) -> Result:
    try:
        found = ran(case)
    except Missing as missing:
        return unknown(SCORE, missing)
    n = len(found.scored(setting))
    figures = {"score": setting, "items": found.items, "n": n}
    is_whole = n == found.items
    return Result(SCORE, judged(is_whole), SCORED if is_whole else UNSCORED, figures, n)


def min_score(case: Case, setting: float) -> Result:
    return mean_against(case, LEAST, setting)


def max_score(case: Case, setting: float) -> Result:
    return mean_against(case, MOST, setting)


def mean_against(case: Case, key: str, setting: float) -> Result:
    try:
        found, name = ran(case), named(case, SCORE)
    except Missing as missing:
        return unknown(key, missing)
    having = found.scored(name)
    told = score_mean(name, having) if having else None
    if told is None or told.value is None:
        figures = {"score": name, "items": found.items, "n": len(having)}
        return Result(key, Verdict.UNKNOWN, UNSCORED, figures, len(having))
    dataset, mean = named(case, DATASET), told.value.mean
    figures = {"score": name, "dataset": dataset, "mean": mean, "limit": setting}
    is_good = mean >= setting if key == LEAST else mean <= setting
    reason = MEAN if key == LEAST else OVER
    return Result(key, judged(is_good), reason, figures, told.n, pair(interval_of(told.value)))


def pair(interval: Interval | None) -> tuple[float, float] | None:
    return (interval.low, interval.high) if interval else None


def max_regression(case: Case, setting: float) -> Result:
    if case.against is None:
        return Result(FALL, Verdict.SKIPPED, NOTHING_THERE)
    try:
        ours, name = ran(case), named(case, SCORE)
        theirs = base(case, ours)
    except Missing as missing:
        return unknown(FALL, missing)
    both, others = alike(case, ours, theirs)
    better = better_of(case, name)
    row = score_row(name, both, better)
    if row is None or row.found.interval is None or row.found.p is None:
        return too_few(case, FALL, row.found.n if row else 0, others)
    interval = row.found.interval
    figures = {
        "score": name,
        "difference": interval.estimate,
        "against": case.against.number,
        "low": interval.low,
        "high": interval.high,
        "limit": setting,
        "edited": others,
    }
    reason = {HIGHER: FELL_ALIKE if others else FELL, LOWER: ROSE}.get(better, MOVED)
    is_good = loss(interval, better) <= setting
    return Result(FALL, judged(is_good), reason, figures, row.found.n, pair(interval))


def better_of(case: Case, name: str) -> str:
    """As the gate's own settings tell it, where they ask for a mean of one kind; else as it is
    known.
    """
    if (LEAST in case.settings) != (MOST in case.settings):
        return HIGHER if LEAST in case.settings else LOWER
    return directions(case.prompt.project_id, [name])[name]


def loss(interval: Interval, better: str) -> float:
    """By how much it may have become worse; of what has no better, changed."""
    losses = {HIGHER: -interval.low, LOWER: interval.high}
    return losses.get(better, max(losses.values()))


def alike(case: Case, ours: Ran, theirs: Ran) -> tuple[Pairs, int]:
    """The items that were the same in both, and how many were edited in between."""
    others = edited(case.prompt.project_id, ours.measurement, theirs.measurement)
    return pairs_of(ours.measurement, theirs.measurement, others), len(others)


def too_few(case: Case, key: str, n: int, others: int) -> Result:
    assert case.against is not None
    figures = {"n": n, "edited": others, "against": case.against.number}
    return Result(key, Verdict.UNKNOWN, TOO_FEW_ALIKE if others else TOO_FEW, figures, n)


def max_cost_ratio(case: Case, setting: float) -> Result:
    if case.against is None:
        return Result(COST, Verdict.SKIPPED, NOTHING_THERE)
    try:
        ours = ran(case)
        theirs = base(case, ours)
    except Missing as missing:
        return unknown(COST, missing)
    both, others = alike(case, ours, theirs)
    if others and not both:
        return too_few(case, COST, 0, others)
    costs = [(a.cost, b.cost) for a, b in both]
    known = [(float(a), float(b)) for a, b in costs if a is not None and b is not None]
    if not known or len(known) < len(costs) or not any(b for _, b in known):
        return Result(COST, Verdict.UNKNOWN, NO_COST, n=len(known))
    found = bounds.mean_ratio([a for a, _ in known], [b for _, b in known], CONFIDENCE)
    figures = {
        "ratio": found.estimate,
        "against": case.against.number,
        "limit": setting,
        "edited": others,
    }
    reason, is_good = RATIO_ALIKE if others else RATIO, found.estimate <= setting
    return Result(COST, judged(is_good), reason, figures, len(known), pair(found))


def text(label: Any, most: int, help_text: Any = "") -> Any:
    return lambda: forms.CharField(
        label=label,
        help_text=help_text,
        max_length=most,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


GROUPS["experiment"] = _("An experiment")
register(
    Check(
        DATASET,
        _("Experiment"),
        was_run,
        text(
            _("Dataset"),
            MAX_NAME,
            _("The newest experiment of the version on all of this dataset must have no failures."),
        ),
        group="experiment",
        may_ask=True,
        known=datasets_known,
    ),
    Check(
        SCORE,
        _("Score of the experiment"),
        was_scored,
        text(_("Name of its score"), 200, _("Every item must have it.")),
        group="experiment",
        may_ask=True,
        needs=(DATASET,),
        known=scores_known,
    ),
    Check(
        LEAST,
        _("Mean score of the experiment"),
        min_score,
        number(_("Mean of its score at least"), -1e9, 1e9),
        group="experiment",
        may_ask=True,
        needs=(DATASET, SCORE),
        said=AT_LEAST,
    ),
    Check(
        MOST,
        _("Mean score of the experiment, from above"),
        max_score,
        number(_("Mean of its score at most"), -1e9, 1e9, _("Of a score of which less is better.")),
        group="experiment",
        may_ask=True,
        needs=(DATASET, SCORE),
        said=AT_MOST,
    ),
    Check(
        FALL,
        _("Score of the experiment against the current version"),
        max_regression,
        number(
            _("Loss of its score at most"),
            0,
            1e9,
            _(
                "Passed when the 95 % interval of the difference, item by item, reaches no "
                "further: down, or up of a score of which less is better."
            ),
        ),
        group="experiment",
        may_ask=True,
        needs=(DATASET, SCORE),
    ),
    Check(
        COST,
        _("Cost of the experiment against the current version"),
        max_cost_ratio,
        number(_("Cost of an item at most, as a multiple of the current version’s"), 0.01, 1000),
        group="experiment",
        may_ask=True,
        needs=(DATASET,),
    ),
)

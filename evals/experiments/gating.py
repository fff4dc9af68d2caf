"""What gates of prompts ask of experiments: the newest one that Sonde ran of a version on the whole
of a dataset. Importing this adds the checks to the gates' table.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from evals.datasets.names import MAX_NAME
from evals.experiments.comparing import score_row
from evals.experiments.measuring import Measured, Measurement, measurements, score_mean
from evals.experiments.models import Plan
from evals.experiments.reading import ns
from prompts import bounds
from prompts.bounds import Interval
from prompts.composition import InvalidComposition
from prompts.figures.statistics import CONFIDENCE, interval_of
from prompts.gates.case import Case
from prompts.gates.checks import GROUPS, Check, register
from prompts.gates.fields import number
from prompts.gates.of_text import NOTHING_THERE
from prompts.gates.results import Result
from prompts.gates.verdicts import Verdict

DATASET, SCORE = "experiment_dataset", "experiment_score"
LEAST, FALL, COST = "experiment_min_score", "experiment_max_regression", "experiment_max_cost_ratio"

NONE = gettext_noop(
    "Version %(version)d has not been run on the whole of “%(dataset)s”. Run it there, under "
    "Experiments."
)
UNFINISHED = gettext_noop(
    "Its experiment on “%(dataset)s” still runs: %(done)d of %(items)d items."
)
STOPPED = gettext_noop("Its experiment on “%(dataset)s” was stopped. Run it again.")
CHANGED = gettext_noop(
    "What version %(version)d includes has changed since its experiment on “%(dataset)s”. Run it "
    "again."
)
WHOLE = gettext_noop("All %(items)d items of “%(dataset)s” were answered.")
BROKEN = gettext_noop("%(failed)d of %(items)d items of “%(dataset)s” failed.")
UNSET = gettext_noop("The gate does not say which dataset, or which score.")
UNSCORED = gettext_noop("Only %(n)d of %(items)d items have a score “%(score)s” that is a number.")
SCORED = gettext_noop("All %(items)d items have the score “%(score)s”.")
MEAN = gettext_noop("“%(score)s” is %(mean).3f on average on “%(dataset)s”; %(limit)g is asked.")
NO_BASE = gettext_noop(
    "Version %(against)d has not been run on the whole of “%(dataset)s” with %(model)s. Run it "
    "there, to compare with."
)
TOO_FEW = gettext_noop("Only %(n)d items were run in both versions: too few to tell them apart.")
FELL = gettext_noop(
    "“%(score)s” changes by %(difference)+.3f against version %(against)d, item by item; the 95 %% "
    "interval reaches down to %(low)+.3f, and a fall of %(limit)g is allowed."
)
NO_COST = gettext_noop("The cost of an item is unknown in one of the two versions.")
RATIO = gettext_noop(
    "An item costs %(ratio).2f times what it does with version %(against)d; %(limit)g is allowed."
)


class Missing(Exception):
    """There is no experiment to go by; `reason`, with its figures, says why."""

    def __init__(self, reason: str, **figures: Any) -> None:
        self.reason, self.figures = reason, figures


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished experiment, and what came of its items."""

    plan: Plan
    items: int
    measurement: Measurement

    def scored(self, name: str) -> list[Measured]:
        return [
            one
            for one in self.measurement.values()
            if name in one.scores and one.scores[name].number is not None
        ]


def unknown(key: str, missing: Missing) -> Result:
    return Result(key, Verdict.UNKNOWN, missing.reason, missing.figures)


def judged(is_good: bool) -> Verdict:
    return Verdict.PASSED if is_good else Verdict.FAILED


def named(case: Case, key: str) -> str:
    """Raises Missing."""
    if found := str(case.settings.get(key, "")):
        return found
    raise Missing(UNSET)


def plans(case: Case, number_: int, dataset: str) -> Any:
    return Plan.objects.filter(
        run__dataset__project=case.prompt.project_id,
        run__dataset__name=dataset,
        run__emptied_at=None,
        prompt=case.prompt,
        prompt_version=number_,
        split="",
    ).select_related("run")


def ran(case: Case) -> Ran:
    """The version's newest experiment. Raises Missing, and traces.errors.Unavailable."""
    if "experiment" not in case.found:
        case.found["experiment"] = _ran(case)
    return case.found["experiment"]


def _ran(case: Case) -> Ran:
    dataset = named(case, DATASET)
    said = {"version": case.version.number, "dataset": dataset}
    plan = plans(case, case.version.number, dataset).first()
    if plan is None:
        raise Missing(NONE, **said)
    items = plan.items.count()
    if not plan.is_over:
        done = plan.items.filter(step__in=("done", "failed")).count()
        raise Missing(UNFINISHED, done=done, items=items, **said)
    if plan.is_cancelled or plan.error:
        raise Missing(STOPPED, **said)
    if is_composed_otherwise(case, plan):
        raise Missing(CHANGED, **said)
    return of_plan(case, plan, items)


def of_plan(case: Case, plan: Plan, items: int) -> Ran:
    found = measurements(case.prompt.project_id, [plan.run.public_id])[plan.run.public_id]
    since = ns(plan.asked_at)
    own = {item_id: one for item_id, one in found.items() if one.run.created >= since}
    return Ran(plan, items, own)


def is_composed_otherwise(case: Case, plan: Plan) -> bool:
    try:
        return case.composed != plan.body
    except InvalidComposition:
        return True


def base(case: Case, ours: Ran) -> Ran:
    """The newest experiment of what the label points at, with the same model. Raises Missing."""
    assert case.against is not None
    if "experiment_base" not in case.found:
        dataset = named(case, DATASET)
        over = plans(case, case.against.number, dataset).filter(
            model=ours.plan.model, finished_at__isnull=False, is_cancelled=False, error=""
        )
        plan = over.first()
        if plan is None:
            said = {"against": case.against.number, "dataset": dataset, "model": ours.plan.model}
            raise Missing(NO_BASE, **said)
        case.found["experiment_base"] = of_plan(case, plan, plan.items.count())
    return case.found["experiment_base"]


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
    try:
        found, name = ran(case), named(case, SCORE)
    except Missing as missing:
        return unknown(LEAST, missing)
    having = found.scored(name)
    told = score_mean(name, having) if having else None
    if told is None or told.value is None:
        figures = {"score": name, "items": found.items, "n": len(having)}
        return Result(LEAST, Verdict.UNKNOWN, UNSCORED, figures, len(having))
    dataset = named(case, DATASET)
    figures = {"score": name, "dataset": dataset, "mean": told.value.mean, "limit": setting}
    reason, is_good = MEAN, told.value.mean >= setting
    return Result(LEAST, judged(is_good), reason, figures, told.n, pair(interval_of(told.value)))


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
    row = score_row(name, pairs(ours, theirs), is_lower_better=False)
    if row is None or row.found.interval is None or row.found.p is None:
        n = row.found.n if row else 0
        return Result(FALL, Verdict.UNKNOWN, TOO_FEW, {"n": n}, n)
    interval = row.found.interval
    figures = {
        "score": name,
        "difference": interval.estimate,
        "against": case.against.number,
        "low": interval.low,
        "limit": setting,
    }
    is_good = interval.low >= -setting
    return Result(FALL, judged(is_good), FELL, figures, row.found.n, pair(interval))


def pairs(ours: Ran, theirs: Ran) -> list[tuple[Measured, Measured]]:
    common = ours.measurement.keys() & theirs.measurement.keys()
    return [(ours.measurement[one], theirs.measurement[one]) for one in sorted(common)]


def max_cost_ratio(case: Case, setting: float) -> Result:
    if case.against is None:
        return Result(COST, Verdict.SKIPPED, NOTHING_THERE)
    try:
        ours = ran(case)
        theirs = base(case, ours)
    except Missing as missing:
        return unknown(COST, missing)
    costs = [(a.cost, b.cost) for a, b in pairs(ours, theirs)]
    known = [(float(a), float(b)) for a, b in costs if a is not None and b is not None]
    if not known or len(known) < len(costs) or not any(b for _, b in known):
        return Result(COST, Verdict.UNKNOWN, NO_COST, n=len(known))
    found = bounds.mean_ratio([a for a, _ in known], [b for _, b in known], CONFIDENCE)
    figures = {"ratio": found.estimate, "against": case.against.number, "limit": setting}
    is_good = found.estimate <= setting
    return Result(COST, judged(is_good), RATIO, figures, len(known), pair(found))


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
    ),
    Check(
        SCORE,
        _("Score of the experiment"),
        was_scored,
        text(_("Name of its score"), 200, _("Every item must have it.")),
        group="experiment",
        may_ask=True,
        needs=(DATASET,),
    ),
    Check(
        LEAST,
        _("Mean score of the experiment"),
        min_score,
        number(_("Mean of its score at least"), -1e9, 1e9),
        group="experiment",
        may_ask=True,
        needs=(DATASET, SCORE),
    ),
    Check(
        FALL,
        _("Score of the experiment against the current version"),
        max_regression,
        number(
            _("Fall of its score at most"),
            0,
            1e9,
            _("Passed when the 95 % interval of the difference, item by item, reaches no lower."),
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

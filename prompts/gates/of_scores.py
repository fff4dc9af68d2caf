"""Checks of what a version's calls were scored in the last days."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from prompts import bounds
from prompts.gates import fields
from prompts.gates.case import Case
from prompts.gates.checks import AT_LEAST, AT_MOST, Check, register
from prompts.gates.of_text import NOTHING_THERE
from prompts.gates.of_traffic import FEWEST, SHOWN, pair, verdict
from prompts.gates.results import Result
from prompts.gates.verdicts import Verdict
from prompts.observing import score_difference
from traces.queries.prompt_guards import Observed

BOUND = 0.95  # one-sided: such bounds on either side make an interval of
LEVEL = 90

TOO_FEW_SCORES = gettext_noop(
    "Only %(n)d scores “%(score)s” of version %(version)d in the last %(days)d days: with fewer "
    "than %(fewest)d a mean says nothing."
)


def too_few_scores(key: str, case: Case, seen: Observed) -> Result:
    n = seen.score_count
    figures = {"n": n, "version": seen.version, "days": case.days, "score": case.score}
    return Result(key, Verdict.UNKNOWN, TOO_FEW_SCORES, figures | {"fewest": FEWEST}, n)


def min_score(case: Case, setting: float) -> Result:
    words = gettext_noop("“%(score)s” is %(mean).3f on average; at least %(limit)g is asked.")
    return mean_score(case, "min_score", words, setting, lambda mean: mean >= setting)


def max_score(case: Case, setting: float) -> Result:
    words = gettext_noop("“%(score)s” is %(mean).3f on average; at most %(limit)g is asked.")
    return mean_score(case, "max_score", words, setting, lambda mean: mean <= setting)


def mean_score(
    case: Case, key: str, words: str, setting: float, is_good: Callable[[float], bool]
) -> Result:
    seen = case.seen
    if seen.score_count < FEWEST:
        return too_few_scores(key, case, seen)
    if seen.score_is_binary:
        found = bounds.share(seen.score_hits, seen.score_count, SHOWN)
    else:
        found = bounds.mean(seen.score_mean, seen.score_variance, seen.score_count, SHOWN)
    return Result(
        key,
        verdict(is_good(found.estimate)),
        words,
        {"score": case.score, "mean": found.estimate, "limit": setting},
        seen.score_count,
        pair(found),
    )


def max_regression(case: Case, setting: float) -> Result:
    words = gettext_noop(
        "“%(score)s” differs by %(difference)+.3f from version %(against)d, and by %(low)+.3f "
        "at worst (95 %% sure); it may fall by %(limit)g."
    )
    return changed_score(case, "max_regression", words, setting, lambda one: -one.low)


def max_rise(case: Case, setting: float) -> Result:
    words = gettext_noop(
        "“%(score)s” differs by %(difference)+.3f from version %(against)d, and by %(high)+.3f "
        "at worst (95 %% sure); it may rise by %(limit)g."
    )
    return changed_score(case, "max_rise", words, setting, lambda one: one.high)


def changed_score(
    case: Case, key: str, words: str, setting: float, loss: Callable[[bounds.Interval], float]
) -> Result:
    if case.against is None:
        return Result(key, Verdict.SKIPPED, NOTHING_THERE)
    for seen in (case.seen, case.seen_against):
        if seen.score_count < FEWEST:
            return too_few_scores(key, case, seen)
    found = score_difference(case.seen, case.seen_against, BOUND)
    figures = {
        "score": case.score,
        "difference": found.estimate,
        "low": found.low,
        "high": found.high,
        "limit": setting,
        "against": case.against.number,
    }
    return Result(
        key,
        verdict(loss(found) <= setting),
        words,
        figures,
        case.seen.score_count,
        pair(found),
        LEVEL,
    )


register(
    Check(
        "min_score",
        _("Mean score"),
        min_score,
        fields.number(_("Mean of the score at least"), -1e9, 1e9),
        group="score",
        of_traffic=True,
        said=AT_LEAST,
    ),
    Check(
        "max_score",
        _("Mean score, from above"),
        max_score,
        fields.number(_("Mean of the score at most"), -1e9, 1e9),
        group="score",
        of_traffic=True,
        said=AT_MOST,
    ),
    Check(
        "max_regression",
        _("Score against the current version"),
        max_regression,
        fields.number(
            _("Fall of the score's mean at most"),
            0,
            1e9,
            _("Passed when it is 95 percent sure that the mean falls by no more than this."),
        ),
        group="score",
        of_traffic=True,
        said=_("falls by %(value)s at most"),
    ),
    Check(
        "max_rise",
        _("Rise of the score against the current version"),
        max_rise,
        fields.number(
            _("Rise of the score's mean at most"),
            0,
            1e9,
            _("Passed when it is 95 percent sure that the mean rises by no more than this."),
        ),
        group="score",
        of_traffic=True,
        said=_("rises by %(value)s at most"),
    ),
)

"""Scores of two versions, compared as what they are. Pure."""

from collections.abc import Callable

from prompts import bounds
from traces.queries.prompt_guards import Observed


def score_difference(
    ours: Observed,
    base: Observed,
    confidence: float,
    shares: Callable[[int, int, int, int, float], bounds.Interval] = bounds.share_difference,
) -> bounds.Interval:
    """Of the means, ours less the base's; of shares where every score is 0 or 1, so that twenty
    scores of 1 do not look like a mean without any spread. Needs two scores of each.
    """
    if ours.score_is_binary and base.score_is_binary:
        return shares(
            ours.score_hits, ours.score_count, base.score_hits, base.score_count, confidence
        )
    return bounds.mean_difference(_sample(ours), _sample(base), confidence)


def _sample(seen: Observed) -> bounds.Sample:
    return bounds.Sample(seen.score_count, seen.score_mean, seen.score_variance)

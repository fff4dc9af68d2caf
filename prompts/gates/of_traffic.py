"""Checks of what a version did in calls of the last days, and of what it will cost."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from prompts import bounds
from prompts.gates import fields
from prompts.gates.case import Case
from prompts.gates.checks import AT_LEAST, TIMES, Check, register
from prompts.gates.of_text import NOTHING_THERE
from prompts.gates.results import Result
from prompts.gates.verdicts import Verdict
from traces.errors import Unavailable

SHOWN = 0.975  # one-sided: a 95 % interval
FEWEST = 20  # calls or scores before a mean or a tail says anything

TOO_FEW = gettext_noop("Only %(n)d calls of version %(version)d in the last %(days)d days.")


def verdict(is_good: bool) -> Verdict:
    return Verdict.PASSED if is_good else Verdict.FAILED


def pair(interval: bounds.Interval) -> tuple[float, float]:
    return interval.low, interval.high


def too_few(key: str, case: Case, n: int, version: int) -> Result:
    figures = {"n": n, "version": version, "days": case.days, "score": case.score}
    return Result(key, Verdict.FAILED, TOO_FEW, figures, n)


def min_calls(case: Case, setting: int) -> Result:
    n = case.seen.calls
    figures = {"n": n, "limit": setting, "days": case.days}
    reason = gettext_noop("%(n)d calls in the last %(days)d days; at least %(limit)d are asked.")
    return Result("min_calls", verdict(n >= setting), reason, figures, n)


def max_error_rate(case: Case, setting: float) -> Result:
    seen = case.seen
    if not seen.calls:
        return too_few("max_error_rate", case, 0, case.version.number)
    found = bounds.share(seen.errors, seen.calls, SHOWN)
    figures = {"rate": 100 * found.estimate, "limit": setting, "errors": seen.errors}
    return Result(
        "max_error_rate",
        verdict(100 * found.estimate <= setting),
        gettext_noop("%(rate).1f %% of the calls failed (%(errors)d); %(limit)g %% may."),
        figures,
        seen.calls,
        (100 * found.low, 100 * found.high),
    )


def max_latency_p95_ms(case: Case, setting: int) -> Result:
    values = case.seen.latencies_ms
    if len(values) < FEWEST:
        return too_few("max_latency_p95_ms", case, len(values), case.version.number)
    found = bounds.quantile(values, 0.95, SHOWN)
    return Result(
        "max_latency_p95_ms",
        verdict(found.estimate <= setting),
        gettext_noop("95 %% of the calls took %(p95).0f ms at most; %(limit)d ms are allowed."),
        {"p95": found.estimate, "limit": setting},
        len(values),
        pair(found),
    )


def max_cost_ratio(case: Case, setting: float) -> Result:
    if case.against is None:
        return Result("max_cost_ratio", Verdict.SKIPPED, NOTHING_THERE)
    ours, base = case.seen.costs, case.seen_against.costs
    if len(ours) >= FEWEST and len(base) >= FEWEST:
        return measured_cost(case, setting, ours, base)
    return estimated_cost(case, setting)


def measured_cost(
    case: Case, setting: float, ours: Sequence[float], base: Sequence[float]
) -> Result:
    found = bounds.mean_ratio(ours, base, SHOWN)
    figures = {"ratio": found.estimate, "limit": setting, "against": case.seen_against.version}
    return Result(
        "max_cost_ratio",
        verdict(found.estimate <= setting),
        gettext_noop(
            "A call costs %(ratio).2f times what it does with version %(against)d, by the calls of "
            "both; %(limit)g is allowed."
        ),
        figures,
        len(ours),
        pair(found),
    )


def estimated_cost(case: Case, setting: float) -> Result:
    """From the length, where the version has not been called: a call will cost as much as one of
    the current version, and the tokens that came or went beside it, at the prices of the models
    that the prompt was called with today.
    """
    base, traffic = case.seen_against, case.traffic
    if traffic is None:
        raise Unavailable("ClickHouse could not tell today's traffic.")
    extra = traffic.cost_of(case.tokens - case.tokens_against)
    if not base.costed or not base.cost or extra is None:
        reason = gettext_noop("No call of today has a known cost to compare with.")
        return Result("max_cost_ratio", Verdict.SKIPPED, reason, {"limit": setting})
    known = traffic.calls - traffic.without_price
    mean = base.cost / base.costed
    ratio = (mean + float(extra) / known) / mean
    figures: dict[str, Any] = {
        "ratio": ratio,
        "limit": setting,
        "against": base.version,
        "extra": float(extra),
    }
    return Result(
        "max_cost_ratio",
        verdict(ratio <= setting),
        gettext_noop(
            "At today's traffic its length makes a call cost %(ratio).2f times what it does with "
            "version %(against)d ($%(extra).4f a day); %(limit)g is allowed."
        ),
        figures,
        base.costed,
    )


register(
    Check(
        "max_cost_ratio",
        _("Cost against the current version"),
        max_cost_ratio,
        fields.number(
            _("Cost of a call at most, as a multiple of the current version's"),
            0.01,
            1000,
            _("By its calls; by its length and today's traffic while it has none."),
        ),
        group="size",
        may_ask=True,
        said=TIMES,
    ),
    Check(
        "min_calls",
        _("Calls"),
        min_calls,
        fields.number(_("Calls at least"), 1, 10_000_000, whole=True),
        group="traffic",
        of_traffic=True,
        said=AT_LEAST,
    ),
    Check(
        "max_error_rate",
        _("Failed calls"),
        max_error_rate,
        fields.number(_("Failed calls at most, percent"), 0, 100),
        group="traffic",
        of_traffic=True,
        said=_("%(value)s percent at most"),
    ),
    Check(
        "max_latency_p95_ms",
        _("Latency"),
        max_latency_p95_ms,
        fields.number(_("Latency at the 95th percentile at most, ms"), 1, 86_400_000, whole=True),
        group="traffic",
        of_traffic=True,
        said=_("%(value)s ms at most, at the 95th percentile"),
    ),
)

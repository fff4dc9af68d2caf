"""Which buckets are to be evaluated now, after whatever pause. Pure.

A beat that was down for an hour evaluates what it missed, in order, once; what was missed for
longer than the bound is passed over, because nobody is helped by an alert of last week.
"""

from dataclasses import dataclass

MOST_BUCKETS = 120  # that are caught up at a time


@dataclass(frozen=True, slots=True)
class Missed:
    """Buckets that begin at `since` and end by `until`; `passed_over` says that older ones will
    never be evaluated.
    """

    since: int
    until: int
    passed_over: bool = False


def missed(last: int | None, now: int, *, width: int, lag: int) -> Missed | None:
    """From the end of the last bucket evaluated to the last that is over since `lag` seconds, so
    that late spans are in it. All are seconds since 1970; buckets begin at multiples of `width`.
    None where there is nothing new: also where the clock went back. A `last` that lies ahead of
    the clock by more than a day was written by a clock that was wrong, and is not believed.
    """
    until = (now - lag) // width * width
    if last is None or last > until + max(86_400, width):
        return Missed(until - width, until)
    since = max(last, until - MOST_BUCKETS * width)
    return Missed(since, until, since > last) if until - since >= width else None

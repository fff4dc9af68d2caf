"""What caches would have saved of calls in order of time. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence

from dashboards.advice.charges import InputRates, cached_tokens
from traces.queries.advice import RUNGS, Call

LEAST_TOKENS = 1024  # what providers cache at least


def repeats(calls: Sequence[Call], life: int) -> list[float]:
    """For each call what a cache of answers would have saved: all of its cost, where the same was
    asked not longer than `life` nanoseconds ago. An answer is kept from when it was given.
    """
    kept: dict[int, int] = {}
    saved = []
    for call in calls:
        given = kept.get(call.asked)
        is_hit = call.asked != 0 and given is not None and call.at - given <= life
        if not is_hit:
            kept[call.asked] = call.at
        saved.append(float(call.cost or 0) if is_hit else 0.0)
    return saved


def prefixes(
    calls: Sequence[Call], life: int, rates_of: Callable[[Call], InputRates | None]
) -> list[float]:
    """For each call what a provider's cache of beginnings would have saved beside what it did, less
    what writing to it costs more. A beginning is kept `life` nanoseconds from its last use. Of a
    text that part of the tokens begins it that part of its bytes does; it is cut down to RUNGS.
    """
    times = Counter((call.model, one) for call in calls for one in call.beginnings if one)
    used: dict[tuple[str, int], int] = {}
    saved = []
    for call in calls:
        rates = rates_of(call)
        saved.append(_of_beginning(call, life, rates, times, used) if rates else 0.0)
        for one in call.beginnings:
            if one:
                used[call.model, one] = call.at
    return saved


def _of_beginning(
    call: Call,
    life: int,
    rates: InputRates,
    times: Counter,
    used: dict[tuple[str, int], int],
) -> float:
    read = written = 0.0
    for rung, one in zip(RUNGS, call.beginnings, strict=True):
        tokens = call.input_tokens * rung / call.length if one else 0.0
        if tokens < LEAST_TOKENS:
            continue
        last = used.get((call.model, one))
        if last is not None and call.at - last <= life:
            read = tokens
        elif times[call.model, one] > 1:
            written = tokens - read
    read = max(read - cached_tokens(call.usage), 0.0)
    return read * (rates.plain - rates.cached) - written * (rates.written - rates.plain)


def constant_share(calls: Sequence[Call], least: float = 0.8) -> float:
    """Which share of the input of these calls, of one class, is a beginning that at least so many
    of them have in common; by bytes, cut down to RUNGS.
    """
    if not calls:
        return 0.0
    length = sum(call.length for call in calls) / len(calls)
    for rung, number in reversed(list(zip(RUNGS, range(len(RUNGS)), strict=True))):
        common = Counter(call.beginnings[number] for call in calls if call.beginnings[number])
        if common and common.most_common(1)[0][1] >= least * len(calls):
            return min(rung / length, 1.0)
    return 0.0

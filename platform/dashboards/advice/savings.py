"""What of a project's last 30 days could have been saved, and how sure that is."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboards.advice import batching, caching
from dashboards.advice.assumptions import Assumptions
from dashboards.advice.charges import Charges, at_rates, cached_tokens
from dashboards.advice.classes import Class, classes_of
from dashboards.advice.sampling import Part, Stretch, place_of, ratio, stretches
from dashboards.advice.smaller import smaller_names
from dashboards.budgets.forecast import Amount
from pricing import store
from traces.queries.advice import Call, calls_with_fingerprints

DAYS = 30
DAY = 86_400_000_000_000
MOST_CALLS = 20_000
MOST_LINES = 8
LEAST_CALLS = 10  # of a class, to say what its inputs have in common
REPEATS, PREFIX, SMALLER, TRIMMING, BATCHING = "repeats", "prefix", "smaller", "trimming", "batch"
Saver = Callable[[Sequence[Call], Stretch], list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A class and what of its cost is saved, in dollars. `share` says of what: of its cost, or for
    trimming, which share of its input is constant. `other` is the smaller model.
    """

    of: Class
    saved: float
    share: float
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """One kind of saving, with the interval where only a part of the calls was looked at."""

    kind: str
    amount: Amount
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`looked_at` of `calls` were compared with each other. Costs are of calls with a known one;
    `unpriced` are the others.
    """

    since: int
    until: int
    cost: float
    calls: int
    unpriced: int
    looked_at: int
    is_cut: bool
    savings: tuple[Saving, ...]

    @property
    def is_sampled(self) -> bool:
        return self.looked_at < self.calls

    @property
    def together(self) -> tuple[float, float]:
        """Savings overlap: together no less than the greatest of which it is known that it can be
        had, and no more than their sum or than what was spent.
        """
        least = [one.amount.expected for one in self.savings if one.kind != SMALLER]
        most = sum(one.amount.expected for one in self.savings)
        return max(least, default=0.0), min(most, self.cost)


def advice(project_id: str, assumed: Assumptions, now: int) -> Advice:
    """Raises what ClickHouse raises."""
    since = now - DAYS * DAY
    classes, is_cut = classes_of(project_id, since=since, until=now)
    calls = sum(one.calls for one in classes)
    chosen = stretches(since, now, calls, MOST_CALLS)
    looked_at = calls_with_fingerprints(project_id, chosen, most=2 * MOST_CALLS) if calls else []
    charges = Charges(project_id, store.catalogue())
    return advice_of(classes, looked_at, chosen, assumed, charges, is_cut=is_cut)


def advice_of(
    classes: Sequence[Class],
    calls: Sequence[Call],
    chosen: Sequence[Stretch],
    assumed: Assumptions,
    charges: Charges,
    *,
    is_cut: bool = False,
) -> Advice:
    """Pure."""
    by_kind: dict[str, Saver] = {
        REPEATS: lambda some, _stretch: caching.repeats(some, assumed.cache_life),
        PREFIX: lambda some, _stretch: caching.prefixes(
            some, assumed.prefix_life, charges.input_rates
        ),
        BATCHING: lambda some, stretch: batching.batches(
            some, stretch, assumed.busy, charges.batch_share
        ),
        TRIMMING: lambda some, _stretch: trimmed(some, constant, assumed.trim / 100, charges),
    }
    constant = constants(calls)
    found = [_counted(kind, saver, classes, calls, chosen) for kind, saver in by_kind.items()]
    found.append(of_smaller(classes, assumed.model, charges, chosen[-1][1] if chosen else 0))
    return Advice(
        since=chosen[0][0] if chosen else 0,
        until=chosen[-1][1] if chosen else 0,
        cost=sum(one.cost for one in classes),
        calls=sum(one.calls for one in classes),
        unpriced=sum(one.unpriced for one in classes),
        looked_at=len(calls),
        is_cut=is_cut,
        savings=tuple(sorted(found, key=lambda one: -one.amount.expected)),
    )


def _counted(
    kind: str,
    saver: Saver,
    classes: Sequence[Class],
    calls: Sequence[Call],
    chosen: Sequence[Stretch],
) -> Saving:
    """What is seen of some calls, told of all of their classes."""
    cost: dict[tuple[str, str], float] = defaultdict(float)
    saved: dict[tuple[str, str], float] = defaultdict(float)
    parts = []
    for stretch, some in parted(calls, chosen):
        each = saver(some, stretch)
        parts.append(Part(sum(float(call.cost or 0) for call in some), sum(each)))
        for call, one in zip(some, each, strict=True):
            cost[call.name, call.model] += float(call.cost or 0)
            saved[call.name, call.model] += one
    whole = sum(one.cost for one in classes)
    share = ratio(parts)
    amount = Amount(*(max(one, 0.0) * whole for one in (share.expected, share.low, share.high)))
    lines = [
        Line(
            of=of, saved=of.cost * saved[of.key] / cost[of.key], share=saved[of.key] / cost[of.key]
        )
        for of in classes
        if cost[of.key] > 0 and saved[of.key] > 0
    ]
    return Saving(kind=kind, amount=amount, lines=_first(lines))


def _first(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda one: -one.saved)[:MOST_LINES])


def parted(
    calls: Sequence[Call], chosen: Sequence[Stretch]
) -> list[tuple[Stretch, Sequence[Call]]]:
    """The calls of each stretch."""
    found: list[list[Call]] = [[] for _stretch in chosen]
    for call in calls:
        found[place_of(call.at, chosen)].append(call)
    return list(zip(chosen, found, strict=True))


def constants(calls: Sequence[Call]) -> dict[tuple[str, str], float]:
    """Which share of a class's input is the same beginning in nearly all of its calls."""
    by_class: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        by_class[call.name, call.model].append(call)
    return {
        key: caching.constant_share(some)
        for key, some in by_class.items()
        if len(some) >= LEAST_CALLS
    }


def trimmed(calls: Sequence[Call], constant: dict, share: float, charges: Charges) -> list[float]:
    """What that share of the constant beginning costs: what was cached of the input was cheaper."""
    saved = []
    for call in calls:
        tokens = constant.get((call.name, call.model), 0.0) * call.input_tokens * share
        rates = charges.input_rates(call) if tokens else None
        plain = charges.plain_rate(call) if tokens else None
        if plain is None:
            saved.append(0.0)
            continue
        cached = cached_tokens(call.usage) / call.input_tokens if rates else 0.0
        saved.append(tokens * (plain * (1 - cached) + (rates.cached if rates else 0.0) * cached))
    return saved


def of_smaller(classes: Sequence[Class], wanted: str, charges: Charges, now: int) -> Saving:
    """Each class at the next smaller model that its provider has, or at the one that is wanted, by
    the class's own tokens.
    """
    lines = []
    for of in classes:
        if of.model and of.cost > 0 and (line := _at_smaller(of, wanted, charges, now)):
            lines.append(line)
    total = sum(line.saved for line in lines)
    return Saving(kind=SMALLER, amount=Amount(total, 0.0, total), lines=_first(lines))


def _at_smaller(of: Class, wanted: str, charges: Charges, now: int) -> Line | None:
    price = charges.price(of.provider, of.model, now)
    per_call = of.input_tokens / max(of.calls, 1)
    paid = at_rates(price, of.units, input_per_call=per_call) if price else None
    if not paid:
        return None
    for name in [wanted] if wanted else smaller_names(of.model):
        other = charges.price("" if wanted else of.provider, name, now)
        if other is None or other.id == (price and price.id):
            continue
        would = at_rates(other, of.units, input_per_call=per_call)
        if would is not None and would < paid:
            share = float(1 - would / paid)
            return Line(of=of, saved=of.cost * share, share=share, other=name)
    return None

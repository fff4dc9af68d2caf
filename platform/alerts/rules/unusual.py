"""Judging by what is usual: of one series, and of several weak signals together. Pure."""

from dataclasses import replace

from alerts.incidents.tiers import Tier
from alerts.rules import beyond, stouffer
from alerts.rules.baseline import Baseline, Times, Usual, oriented
from alerts.rules.conditions import Anomaly, Composite, Signal
from alerts.rules.points import Point, Reading, Series, Side, Verdict

MOST_LAST = 20  # buckets that a verdict is of
RELEARN_SECONDS = 4 * 3600
CALM_STEPS = 500  # buckets that correlations are learned from, the newest


class Deviations:
    """The z of each bucket of a series, each against its own baseline."""

    def __init__(self, condition: Anomaly, series: Series, without: Times) -> None:
        self.condition, self.series = condition, series
        self.known: dict[tuple[int, int | None], float | None] = {}
        self.usual = Usual(
            series,
            weeks=condition.weeks,
            relative_floor=condition.relative_floor,
            absolute_floor=condition.absolute_floor,
            is_rate=condition.is_rate,
            without=without,
        )

    def reading(self, number: int, frozen_at: int | None) -> Reading:
        """Bad where enough of the last buckets are; good where each of the last ones is near."""
        point, wanted = self.series[number], self.condition
        if point.value is None or point.samples < wanted.least_samples:
            is_empty = point.samples == 0
            return Reading(point, Verdict.NO_DATA if is_empty else Verdict.TOO_FEW, point.value)
        baseline = self.usual.at(point.begin, frozen_at)
        if baseline is None:
            return Reading(point, Verdict.TOO_FEW, point.value)
        verdict, tier = self._verdict(number, frozen_at)
        if tier and not self.usual.has_learned(point.begin, wanted.learn_days):
            tier = Tier.INFO
        return self._told(point, baseline, verdict, tier)

    def _verdict(self, number: int, frozen_at: int | None) -> tuple[Verdict, Tier | None]:
        wanted = self.condition
        least = max(0, number - MOST_LAST + 1)
        last = [self._known_z(one, frozen_at) for one in range(least, number + 1)]
        known = [z for z in last if z is not None]
        for limit in sorted(wanted.limits, key=lambda one: -one.tier.rank):
            if sum(z >= limit.value for z in known[-wanted.of :]) >= wanted.bad:
                return Verdict.BAD, limit.tier
        calm = known[-wanted.calm :]
        is_calm = len(calm) == wanted.calm and all(z < wanted.recovery for z in calm)
        return (Verdict.GOOD if is_calm else Verdict.BETWEEN), None

    def _known_z(self, number: int, frozen_at: int | None) -> float | None:
        key = (number, frozen_at)
        if key not in self.known:
            self.known[key] = self._z(number, frozen_at)
        return self.known[key]

    def _z(self, number: int, frozen_at: int | None) -> float | None:
        point = self.series[number]
        if point.value is None or point.samples < self.condition.least_samples:
            return None
        baseline = self.usual.at(point.begin, frozen_at)
        return oriented(baseline.z(point.value), self.condition.side) if baseline else None

    def _told(
        self, point: Point, baseline: Baseline, verdict: Verdict, tier: Tier | None
    ) -> Reading:
        limits = self.condition.limits
        near = next((one for one in limits if one.tier == tier), beyond.first_limit(limits))
        low, high = baseline.band(near.value)
        side = self.condition.side
        evidence = {
            "z": baseline.z(point.value or 0.0),
            "usual": baseline.usual,
            "made_of": baseline.made_of,
        }
        return Reading(
            point,
            verdict,
            point.value,
            tier=tier,
            limit=None if side == Side.EITHER else (high if side == Side.ABOVE else low),
            low=low,
            high=high,
            evidence=evidence,
        )


class Together:
    """Several signals with the same buckets, each as a z against its own baseline."""

    def __init__(self, condition: Composite, signals: tuple[Series, ...], without: Times) -> None:
        self.condition, self.signals = condition, signals
        self.usuals = [
            Usual(
                series,
                weeks=condition.weeks,
                relative_floor=condition.relative_floor,
                absolute_floor=signal.absolute_floor,
                is_rate=signal.is_rate,
                without=without,
            )
            for signal, series in zip(condition.signals, signals, strict=True)
        ]
        self.weights = [one.weight for one in condition.signals]
        self.known: dict[int, list[float | None]] = {}  # as long as nothing is frozen
        self.correlations: dict[int, list[list[float]]] = {}

    def reading(self, number: int, frozen_at: int | None) -> Reading:
        points = [series[number] for series in self.signals]
        whole = replace(points[0], value=None, samples=sum(one.samples for one in points))
        zs = self._zs(number, frozen_at)
        if sum(z is not None for z in zs) < self.condition.least_signals:
            is_empty = whole.samples == 0
            return Reading(whole, Verdict.NO_DATA if is_empty else Verdict.TOO_FEW)
        return self._judged(whole, [z or 0.0 for z in zs], number, frozen_at)

    def _judged(self, point: Point, zs: list[float], number: int, frozen_at: int | None) -> Reading:
        wanted = self.condition
        matrix = self._correlations(number if frozen_at is None else self._begun(frozen_at))
        z = stouffer.combined(zs, self.weights, matrix)
        shares = stouffer.contributions(zs, self.weights)
        verdict, tier, limit = beyond.judged(z, z, wanted.limits, Side.ABOVE, wanted.recovery)
        if verdict == Verdict.BAD and sum(one >= wanted.each for one in zs) < wanted.least_signals:
            verdict, tier = Verdict.BETWEEN, None
        if tier and not self.usuals[0].has_learned(point.begin, wanted.learn_days):
            tier = Tier.INFO
        evidence = {
            signal.name: {"z": one, "share": share}
            for signal, one, share in zip(wanted.signals, zs, shares, strict=True)
        }
        return Reading(point, verdict, z, tier=tier, limit=limit, evidence=evidence)

    def _zs(self, number: int, frozen_at: int | None) -> list[float | None]:
        """Oriented so that positive is bad, and clipped. None is unknown."""
        if frozen_at is None and number in self.known:
            return self.known[number]
        zs = [
            _signal_z(signal, series[number], usual, frozen_at)
            for signal, series, usual in zip(
                self.condition.signals, self.signals, self.usuals, strict=True
            )
        ]
        if frozen_at is None:
            self.known[number] = zs
        return zs

    def _begun(self, frozen_at: int) -> int:
        return next(
            (n for n, point in enumerate(self.signals[0]) if point.begin >= frozen_at),
            len(self.signals[0]),
        )

    def _correlations(self, before: int) -> list[list[float]]:
        """Learned anew every four hours, by the clock."""
        size = len(self.weights)
        if self.condition.correlation is not None:
            return stouffer.alike(size, self.condition.correlation)
        points = self.signals[0]
        while 0 < before < len(points) and points[before].begin % RELEARN_SECONDS:
            before -= 1
        if before not in self.correlations:
            self.correlations[before] = stouffer.learned(self._calm(before), size)
        return self.correlations[before]

    def _calm(self, before: int) -> list[list[float]]:
        """The z of all signals, where all are known and none is bad by itself."""
        rows = []
        for number in range(max(0, before - CALM_STEPS), before):
            zs = [z for z in self._zs(number, None) if z is not None]
            if len(zs) == len(self.weights) and max(zs) < self.condition.limits[0].value:
                rows.append(zs)
        return rows


def _signal_z(signal: Signal, point: Point, usual: Usual, frozen_at: int | None) -> float | None:
    if point.value is None or point.samples < signal.least_samples:
        return None
    baseline = usual.at(point.begin, frozen_at)
    return stouffer.clipped(oriented(baseline.z(point.value), signal.side)) if baseline else None

"""Traces, observations, tokens and cost by UTC day and model."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from traces.clickhouse import rows
from traces.queries.langfuse.conditions import (
    ALL_TIME,
    Conditions,
    TimeRange,
    observations_only,
    spans_within,
)
from traces.queries.langfuse.trace_columns import STARTED
from traces.queries.langfuse.traces import TraceQuery, groups
from traces.queries.limits import WHOLE_RANGE

MOST_LINES = 50_000  # days times models; beyond it the oldest days lack theirs
FIGURES = """
    count() AS observations,
    uniqExact(s.trace_id) AS traces,
    sum(s.input_tokens) AS input_tokens,
    sum(s.output_tokens) AS output_tokens,
    sum(s.total_tokens) AS total_tokens,
    sum(s.total_cost) AS cost,
    countIf(s.cost_source = 'unknown') AS unpriced
"""


@dataclass(frozen=True, slots=True)
class DailyQuery:
    """Which traces and observations. Empty says nothing."""

    time: TimeRange = ALL_TIME
    trace_name: str = ""
    user_id: str = ""
    tags: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)

    @property
    def of_traces(self) -> TraceQuery:
        """What it asks of the trace that an observation is of."""
        return TraceQuery(
            time=self.time,
            name=self.trace_name,
            user_id=self.user_id,
            tags=self.tags,
        )

    @property
    def asks_of_traces(self) -> bool:
        return bool(self.trace_name or self.user_id or self.tags)


@dataclass(frozen=True, slots=True)
class Figures:
    """`cost` sums what is known, of all but `unpriced` observations."""

    observations: int = 0
    traces: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cost: Decimal | None = None
    unpriced: int = 0


@dataclass(slots=True)
class Observed:
    """The observations that began on a day: all of them, and by model."""

    all: Figures = field(default_factory=Figures)
    models: list[tuple[str, Figures]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    traces: int  # that began on it
    all: Figures  # of the observations that did
    models: list[tuple[str, Figures]]  # by name; "" is the observations without a model


def daily(project_id: str, query: DailyQuery, *, limit: int, offset: int) -> tuple[list[Day], int]:
    """One page of the days on which anything began, the latest first, and how many there are."""
    traces, observed = _traces_by_day(project_id, query), _observed(project_id, query)
    days = sorted(traces.keys() | observed.keys(), reverse=True)
    nothing = Observed()
    return [
        Day(day, traces.get(day, 0), seen.all, seen.models)
        for day in days[offset : offset + limit]
        for seen in [observed.get(day, nothing)]
    ], len(days)


def _traces_by_day(project_id: str, query: DailyQuery) -> dict[date, int]:
    wanted = replace(query.of_traces, environments=query.environments)
    matching, bound = groups(project_id, wanted)
    found = rows(
        f"""
        SELECT toDate(started) AS day, count() AS traces
        FROM (SELECT {STARTED} AS started {matching})
        GROUP BY day
        """,
        options=WHOLE_RANGE,
        **bound.values,
    )
    return {row["day"]: row["traces"] for row in found}


def _observed(project_id: str, query: DailyQuery) -> dict[date, Observed]:
    """By day and by day and model, in one reading."""
    where = _observations(project_id, query)
    found = rows(
        f"""
        SELECT toDate(s.start_time) AS day, s.model AS model, grouping(model) AS is_of_all,
            {FIGURES}
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY GROUPING SETS ((day), (day, model))
        ORDER BY day DESC, is_of_all DESC, model
        LIMIT {where.bind(MOST_LINES, "UInt32")}
        """,
        options=WHOLE_RANGE,
        **where.values,
    )
    days: dict[date, Observed] = {}
    for row in found:
        day, model, is_of_all = row.pop("day"), row.pop("model"), row.pop("is_of_all")
        seen = days.setdefault(day, Observed())
        if is_of_all:
            seen.all = Figures(**row)
        else:
            seen.models.append((model, Figures(**row)))
    return days


def _observations(project_id: str, query: DailyQuery) -> Conditions:
    where = Conditions()
    spans_within(where, project_id, query.time)
    observations_only(where)
    where.one_of("s.environment", query.environments)
    if query.asks_of_traces:
        matching, bound = groups(project_id, query.of_traces, values=where.values)
        where.values = bound.values
        where.add(f"s.trace_id IN (SELECT s.trace_id {matching})")
    return where

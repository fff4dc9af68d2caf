"""What pricing asks of the store: which models are called and at what price, and which hours and
spans a price can change.
"""

from dataclasses import dataclass
from decimal import Decimal

from traces import clickhouse
from traces.queries.limits import WHOLE_RANGE
from traces.stored import Key

HOUR = 3_600_000_000_000
PRICEABLE = "s.span_id != '' AND s.cost_source IN ('computed', 'unknown')"
MODEL_CALL = "(s.cost_source != '' OR (s.model != '' AND s.type IN ('GENERATION', 'EMBEDDING')))"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """The calls of one model at one provider. `cost` sums what is known and is None if nothing is.

    A call's cost is unknown for one of three reasons, each counted apart: nobody told its tokens
    (`without_usage`), nobody knows a price (`without_price`), or the price that was used says
    nothing of some of its tokens (`without_rate`).
    """

    model: str
    provider: str
    calls: int
    tokens: int
    cost: Decimal | None
    sent: int  # calls whose cost the client told
    without_usage: int
    without_price: int
    without_rate: int
    last: int  # when it was last called, in nanoseconds

    @property
    def unknown(self) -> int:
        return self.without_usage + self.without_price + self.without_rate


def models_in_use(project_id: str, *, since: int, until: int, limit: int) -> list[ModelUse]:
    """The models called in [since, until) (nanoseconds): those without a price first, then by the
    number of calls.
    """
    found = clickhouse.rows(
        f"""
        SELECT s.model AS model, s.provider AS provider, count() AS calls,
            sum(s.total_tokens) AS tokens, sum(s.total_cost) AS cost,
            countIf(s.cost_source = 'sent') AS sent,
            countIf(s.cost_source = 'unknown' AND length(s.usage) = 0) AS without_usage,
            countIf(s.cost_source = 'unknown' AND length(s.usage) > 0 AND s.price_id = '')
                AS without_price,
            countIf(s.cost_source = 'unknown' AND length(s.usage) > 0 AND s.price_id != '')
                AS without_rate,
            toUnixTimestamp64Nano(max(s.start_time)) AS last
        FROM spans AS s FINAL
        WHERE s.project_id = {{project_id:String}}
          AND s.start_time >= {{since:DateTime64(9, 'UTC')}}
          AND s.start_time < {{until:DateTime64(9, 'UTC')}}
          AND s.span_id != '' AND {MODEL_CALL}
        GROUP BY model, provider
        ORDER BY without_price > 0 DESC, calls DESC, model, provider
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        limit=limit,
        options=WHOLE_RANGE,
    )
    return [ModelUse(**row) for row in found]


def calls_priced_by(project_id: str, price_id: str, *, since: int, until: int) -> int:
    """How many of the calls in [since, until) (nanoseconds) got their cost from this price."""
    found = clickhouse.rows(
        """
        SELECT count() AS calls
        FROM spans AS s FINAL
        WHERE s.project_id = {project_id:String}
          AND s.start_time >= {since:DateTime64(9, 'UTC')}
          AND s.start_time < {until:DateTime64(9, 'UTC')}
          AND s.span_id != '' AND s.price_id = {price_id:String}
        """,
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        price_id=price_id,
        options=WHOLE_RANGE,
    )
    return found[0]["calls"]


def priceable_hours(project_id: str, *, since: int, until: int, model: str = "") -> list[int]:
    """The hours (their first nanosecond) with spans whose cost Sonde works out."""
    found = clickhouse.columns(
        f"""
        SELECT DISTINCT toUnixTimestamp(toStartOfHour(s.start_time)) AS hour
        FROM spans AS s
        WHERE s.project_id = {{project_id:String}}
          AND s.start_time >= {{since:DateTime64(9, 'UTC')}}
          AND s.start_time < {{until:DateTime64(9, 'UTC')}}
          AND {PRICEABLE}
          AND ({{model:String}} = '' OR s.model = {{model:String}})
        ORDER BY hour
        """,
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        model=model,
    )
    return [hour * 1_000_000_000 for hour in found.get("hour", [])]


def priceable_spans(
    project_id: str, *, since: int, until: int, model: str = "", after: Key = ("", ""), limit: int
) -> list[Key]:
    """The next `limit` spans after `after` by id, of those whose cost Sonde works out."""
    found = clickhouse.rows(
        f"""
        SELECT s.trace_id AS trace_id, s.span_id AS span_id
        FROM spans AS s FINAL
        WHERE s.project_id = {{project_id:String}}
          AND s.start_time >= {{since:DateTime64(9, 'UTC')}}
          AND s.start_time < {{until:DateTime64(9, 'UTC')}}
          AND {PRICEABLE}
          AND ({{model:String}} = '' OR s.model = {{model:String}})
          AND (s.trace_id, s.span_id) > ({{trace_id:String}}, {{span_id:String}})
        ORDER BY s.trace_id, s.span_id
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        model=model,
        trace_id=after[0],
        span_id=after[1],
        limit=limit,
    )
    return [(row["trace_id"], row["span_id"]) for row in found]

"""Calls of a model with fingerprints of what they were asked, for what caching would have saved.

This is no figure: whether two calls ask the same is seen only in their texts, one call against the
ones before it, so that rows are read here and not sums. Of texts only hashes leave the store. The
caller bounds the rows by reading stretches of time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from traces import clickhouse
from traces.queries.limits import WHOLE_RANGE

# How much of the beginning is compared, in bytes of the tools and the input together.
RUNGS = (1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072)
MOST_STRETCHES = 64
_ASKED = "concat(s.tool_definitions, '\\n', s.input)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`asked` is the same of calls with the same input, tools and parameters of one model; 0 where
    no input is stored. `beginnings` has a hash for each of RUNGS, 0 where the text is shorter;
    `length` is the bytes they are of. `cost` is None where it is unknown.
    """

    at: int  # nanoseconds
    name: str
    model: str
    provider: str
    asked: int
    beginnings: tuple[int, ...]
    length: int
    usage: dict[str, int]
    input_tokens: int
    cost: Decimal | None
    is_streamed: bool
    has_session: bool


def calls_with_fingerprints(
    project_id: str, stretches: Sequence[tuple[int, int]], *, most: int
) -> list[Call]:
    """The calls that ended well and began in one of the stretches of time (nanoseconds), in order
    of time, `most` of them.
    """
    if not stretches:
        return []
    named = list(enumerate(stretches[:MOST_STRETCHES]))
    within = " OR ".join(
        f"(s.start_time >= {{since{n}:DateTime64(9, 'UTC')}}"
        f" AND s.start_time < {{until{n}:DateTime64(9, 'UTC')}})"
        for n, _stretch in named
    )
    bounds = {f"since{n}": clickhouse.moment(one[0]) for n, one in named}
    bounds |= {f"until{n}": clickhouse.moment(one[1]) for n, one in named}
    rungs = ", ".join(
        f"if(length >= {rung}, cityHash64(substring({_ASKED}, 1, {rung})), 0)" for rung in RUNGS
    )
    found = clickhouse.rows(
        f"""
        SELECT toUnixTimestamp64Nano(s.start_time) AS at, s.name AS name, s.model AS model,
            s.provider AS provider, length({_ASKED}) AS length,
            if(empty(s.input), 0, cityHash64(s.model, {_ASKED}, toString(s.model_parameters)))
                AS asked,
            [{rungs}] AS beginnings, s.usage AS usage, s.input_tokens AS input_tokens,
            s.total_cost AS cost, s.completion_start_time IS NOT NULL AS is_streamed,
            s.session_id != '' AS has_session
        FROM spans AS s FINAL
        WHERE s.project_id = {{project_id:String}} AND ({within})
          AND s.span_id != '' AND s.type IN ('GENERATION', 'EMBEDDING') AND s.level != 'ERROR'
          AND s.input_tokens > 0
        ORDER BY at
        LIMIT {{most:UInt32}}
        """,
        project_id=project_id,
        most=most,
        options=WHOLE_RANGE,
        **bounds,
    )
    return [Call(**{**row, "beginnings": tuple(row["beginnings"])}) for row in found]

"""What there is to narrow a list to: the values of each facet, with how many traces each shows.

A facet leaves its own term out, so that its other values stay to be chosen from.
"""

from dataclasses import dataclass, replace

from traces.clickhouse import rows
from traces.queries.clauses import TRACE_NAME
from traces.queries.filters import TraceFilter, conditions, narrowing, parameters
from traces.queries.limits import LIST, WHOLE_RANGE
from traces.search.terms import Term

# Beyond so many rows, traces are sampled by their ids: 10 million took 2.5 s, one million 0.3 s.
MOST_ROWS = 1_000_000
VALUES_OF_A_TRACE = 30
FACETS = {  # field: its values on a span, as an array
    # nearly every trace has a span of the default level
    "level": "if(s.level IN ('', 'DEFAULT'), [], [toString(s.level)])",
    "environment": "[toString(s.environment)]",
    "name": "",  # the trace's own
    "model": "[toString(s.model)]",
    "type": "if(s.span_id = '', [], [toString(s.type)])",
    "tag": "arrayMap(x -> toString(x), s.tags)",
    "prompt": "[toString(s.prompt_name)]",
    "tool": "arrayMap(x -> toString(x), s.tool_call_names)",
    "version": "[toString(s.version_label)]",
    "release": "[toString(s.release)]",
}


@dataclass(frozen=True, slots=True)
class Facets:
    """By field: (value, traces), the most frequent first. Estimated from every n-th trace where
    `sampled` is more than 1.
    """

    by_field: dict[str, list[tuple[str, int]]]
    sampled: int


def facets(project_id: str, wanted: TraceFilter, most: int = 12) -> Facets:
    sampled = _rows(project_id, wanted) // MOST_ROWS + 1
    own = [term for term in wanted.terms if _is_of_facet(term)]
    others = replace(wanted, terms=tuple(term for term in wanted.terms if not _is_of_facet(term)))
    found = rows(
        _sql(wanted, own, others),
        project_id=project_id,
        low=wanted.since,
        high=wanted.until,
        sampled=sampled,
        most=most,
        **parameters(replace(wanted, terms=(*others.terms, *own))),
        options=WHOLE_RANGE,
    )
    by_field: dict[str, list[tuple[str, int]]] = {name: [] for name in FACETS}
    for row in found:
        by_field[row["facet"]].append((row["value"], row["traces"] * sampled))
    return Facets(by_field, sampled)


def _is_of_facet(term: Term) -> bool:
    return term.field in FACETS


def _sql(wanted: TraceFilter, own: list[Term], others: TraceFilter) -> str:
    """One pass: each trace's values, and which of the facets' terms it fulfils."""
    both = replace(wanted, terms=(*others.terms, *own))
    every = conditions(both)
    common, fulfilled = every[: len(others.terms)], every[len(others.terms) :]
    values = ", ".join(
        f"groupUniqArrayArray({VALUES_OF_A_TRACE})({sql}) AS f{number}" if sql
        else f"[toString(trace)] AS f{number}"
        for number, sql in enumerate(FACETS.values())
    )  # fmt: skip
    truths = "".join(f", {sql} AS t{number}" for number, sql in enumerate(fulfilled))
    pairs = ", ".join(
        f"if({_all_but(field, own)}, arrayMap(x -> ('{field}', x), f{number}), [])"
        for number, field in enumerate(FACETS)
    )
    return f"""
        SELECT pair.1 AS facet, pair.2 AS value, count() AS traces
        FROM (
            SELECT arrayJoin(arrayConcat({pairs})) AS pair
            FROM (
                SELECT trace_id, {TRACE_NAME} AS trace, {values} {truths}
                FROM spans AS s
                WHERE project_id = {{project_id:String}}
                  AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
                  AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
                  AND ({{sampled:UInt32}} = 1 OR cityHash64(trace_id) % {{sampled:UInt32}} = 0)
                  AND NOT is_deleted
                  {narrowing(others)}
                GROUP BY trace_id
                HAVING {" AND ".join(common) or "1"}
            )
        )
        WHERE value != ''
        GROUP BY pair
        ORDER BY traces DESC, value
        LIMIT {{most:UInt32}} BY facet
    """


def _all_but(field: str, own: list[Term]) -> str:
    truths = [f"t{number}" for number, term in enumerate(own) if term.field != field]
    return " AND ".join(truths) or "1"


def _rows(project_id: str, wanted: TraceFilter) -> int:
    [found] = rows(
        """
        SELECT count() AS spans
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
        """,
        project_id=project_id,
        low=wanted.since,
        high=wanted.until,
        options=LIST,
    )
    return found["spans"]

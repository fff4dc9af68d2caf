"""What there is to narrow a list to: the values of each facet, with how many traces (or
observations) each shows.

A facet leaves its own term out, so that its other values stay to be chosen from. Rows are read as
they stand (FINAL): at a million spans that took no longer than the superseded ones with them, but
for an hour that is just being written, where it took a third longer.
"""

from dataclasses import dataclass, replace

from traces.clickhouse import rows
from traces.queries.clauses import COLUMNS, TRACE_ENVIRONMENT, TRACE_NAME
from traces.queries.filters import TraceFilter, conditions, narrowing, parameters
from traces.queries.limits import LIST, WHOLE_RANGE
from traces.queries.observations import conditions_of
from traces.queries.told import or_told, told_by_traces, told_range
from traces.search.terms import Term

# Beyond so many rows, traces are sampled by their ids: 10 million took 2.5 s, one million 0.3 s.
MOST_ROWS = 1_000_000
VALUES_OF_A_TRACE = 30
FACETS = {  # field: its values on a span, as an array
    # nearly every trace has a span of the default level
    "level": "if(s.level IN ('', 'DEFAULT'), [], [toString(s.level)])",
    "environment": f"[toString({COLUMNS['environment']})]",
    "name": "[toString(s.name)]",
    "model": "[toString(s.model)]",
    "type": "if(s.span_id = '', [], [toString(s.type)])",
    "tag": "arrayMap(x -> toString(x), s.tags)",
    "prompt": "[toString(s.prompt_name)]",
    "tool": "arrayMap(x -> toString(x), s.tool_call_names)",
    "version": "[toString(s.version_label)]",
    "release": "[toString(s.release)]",
}
OF_TRACES = {  # what a trace has one of, as it is shown
    "environment": f"[toString({TRACE_ENVIRONMENT})]",
    "name": "[toString(trace)]",
}
OF_OBSERVATIONS = {  # what an observation may have from its trace
    "tag": f"arrayMap(x -> toString(x), {or_told('tag')})",
    "release": f"[toString({or_told('release')})]",
}
SAMPLED = "({sampled:UInt32} = 1 OR cityHash64(s.trace_id) % {sampled:UInt32} = 0)"
SAMPLE = (
    """
    s.project_id = {project_id:String}
    AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
    AND s.start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
    AND """
    + SAMPLED
)


@dataclass(frozen=True, slots=True)
class Facets:
    """By field: (value, traces or observations), the most frequent first. Estimated from every n-th
    trace where `sampled` is more than 1.
    """

    by_field: dict[str, list[tuple[str, int]]]
    sampled: int


def facets(project_id: str, wanted: TraceFilter, most: int = 12) -> Facets:
    own, others = _parted(wanted)
    both = replace(wanted, terms=(*others, *own))
    every = conditions(both)
    common, fulfilled = every[: len(others)], every[len(others) :]
    values = ", ".join(
        f"{OF_TRACES.get(name, f'groupUniqArrayArray({VALUES_OF_A_TRACE})({sql})')} AS f{number}"
        for number, (name, sql) in enumerate(FACETS.items())
    )
    each = f"""
        SELECT trace_id, {TRACE_NAME} AS trace, {values} {_truths(fulfilled)}
        FROM spans AS s FINAL
        WHERE {SAMPLE} {narrowing(replace(wanted, terms=others))}
        GROUP BY trace_id
        HAVING {" AND ".join(common) or "1"}
    """
    return _counted(project_id, wanted, each, own, parameters(both), most)


def observation_facets(project_id: str, wanted: TraceFilter, most: int = 12) -> Facets:
    own, others = _parted(wanted)
    every, bound = conditions_of(replace(wanted, terms=(*others, *own)))
    common, fulfilled = every[: len(others)], every[len(others) :]
    values = ", ".join(
        f"arrayDistinct({OF_OBSERVATIONS.get(name, sql)}) AS f{number}"
        for number, (name, sql) in enumerate(FACETS.items())
    )
    each = f"""
        SELECT {values} {_truths(fulfilled)}
        FROM spans AS s FINAL {told_by_traces(OF_OBSERVATIONS, {}, only=SAMPLED)}
        WHERE {SAMPLE} AND s.span_id != '' AND {" AND ".join(common) or "1"}
    """
    bound |= told_range(wanted.since, wanted.until)
    return _counted(project_id, wanted, each, own, bound, most)


def _parted(wanted: TraceFilter) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The terms of facets, and the others."""
    own = tuple(term for term in wanted.terms if term.field in FACETS)
    return own, tuple(term for term in wanted.terms if term.field not in FACETS)


def _truths(fulfilled: list[str]) -> str:
    return "".join(f", {sql} AS t{number}" for number, sql in enumerate(fulfilled))


def _counted(
    project_id: str,
    wanted: TraceFilter,
    each: str,
    own: tuple[Term, ...],
    bound: dict,
    most: int,
) -> Facets:
    """One pass over `each` thing's values (f0, f1 …) and which of the facets' own terms it fulfils
    (t0, t1 …).
    """
    sampled = _rows(project_id, wanted) // MOST_ROWS + 1
    pairs = ", ".join(
        f"if({_all_but(field, own)}, arrayMap(x -> ('{field}', x), f{number}), [])"
        for number, field in enumerate(FACETS)
    )
    found = rows(
        f"""
        SELECT pair.1 AS facet, pair.2 AS value, count() AS things
        FROM (SELECT arrayJoin(arrayConcat({pairs})) AS pair FROM ({each}))
        WHERE value != ''
        GROUP BY pair
        ORDER BY things DESC, value
        LIMIT {{most:UInt32}} BY facet
        """,
        project_id=project_id,
        low=wanted.since,
        high=wanted.until,
        sampled=sampled,
        most=most,
        **bound,
        options=WHOLE_RANGE,
    )
    by_field: dict[str, list[tuple[str, int]]] = {name: [] for name in FACETS}
    for row in found:
        by_field[row["facet"]].append((row["value"], row["things"] * sampled))
    return Facets(by_field, sampled)


def _all_but(field: str, own: tuple[Term, ...]) -> str:
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

"""Texts of the spans and traces that a sample was drawn of, and when a release or prompt began."""

from collections.abc import Iterator, Sequence

from traces.clickhouse import rows
from traces.queries.current import current
from traces.queries.drift_samples import DEADLINE
from traces.queries.filters import DAY, HOUR
from traces.queries.limits import WHOLE_RANGE

AT_ONCE = 500  # spans; their ids go into one field of a form, their texts into memory
ENDS = (
    "if(lengthUTF8({0}) > {{most:UInt32}},"
    " concat(leftUTF8({0}, {{head:UInt32}}), rightUTF8({0}, {{tail:UInt32}})), {0})"
)
OF_SPANS = "trace_id IN {trace_ids:Array(String)} AND span_id IN {ids:Array(String)}"
OF_TRACES = """
    trace_id IN {trace_ids:Array(String)}
    AND (span_id = '' OR is_root OR is_app_root OR parent_span_id = '')
"""
VECTOR = "embedding.embeddings.0.embedding.vector"  # OpenInference
COLUMNS = {
    "input": "s.input",
    "output": "s.output",
    # Under the key that somebody named, else where instrumentations leave it.
    "vector": (
        "multiIf({key:String} != '' AND s.attributes[{key:String}] != '',"
        " s.attributes[{key:String}], {key:String} != '', s.metadata[{key:String}],"
        f" s.attributes['{VECTOR}'] != '', s.attributes['{VECTOR}'], s.output)"
    ),
}
Key = tuple[str, str]  # trace_id, span_id


def texts_of_spans(
    project_id: str,
    keys: Sequence[Key],
    moments: Sequence[int],
    column: str,
    *,
    most: int,
    key: str = "",
) -> Iterator[tuple[Key, str]]:
    """Of each span one of COLUMNS; of a text of more than `most` characters the beginning and, for
    most of it, the end. In no order; spans that are gone are left out.
    """
    text = ENDS.format(COLUMNS[column]) if column != "vector" else COLUMNS[column]
    for at in range(0, len(keys), AT_ONCE):
        some, times = keys[at : at + AT_ONCE], moments[at : at + AT_ONCE]
        wanted = set(some)
        found = rows(
            f"""
            SELECT trace_id, span_id, text FROM (
                SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.is_deleted AS is_deleted,
                    {text} AS text
                {current(OF_SPANS)}
            ) WHERE NOT is_deleted
            """,
            project_id=project_id,
            low=min(times) // HOUR * HOUR,
            high=max(times) // HOUR * HOUR + HOUR,
            trace_ids=sorted({trace_id for trace_id, _ in some}),
            ids=sorted({span_id for _, span_id in some}),
            most=most,
            head=most // 4,
            tail=most - most // 4,
            key=key,
            options=WHOLE_RANGE,
        )
        for row in found:
            if (row["trace_id"], row["span_id"]) in wanted:
                yield (row["trace_id"], row["span_id"]), row["text"]


def inputs_of_traces(
    project_id: str, trace_ids: Sequence[str], moments: Sequence[int], *, most: int
) -> Iterator[tuple[str, str]]:
    """What went into each trace, as it is stated of the trace, else as its root says. The moments
    are of anything in the traces, or of scores of them.
    """
    asked = ENDS.format("if(s.span_id = '', s.trace_input, s.input)")
    for at in range(0, len(trace_ids), AT_ONCE):
        some, times = trace_ids[at : at + AT_ONCE], moments[at : at + AT_ONCE]
        found = rows(
            f"""
            SELECT trace_id,
                argMinIf(text, (span_id != '', start_time), text != '' AND NOT is_deleted) AS text
            FROM (
                SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.is_deleted AS is_deleted,
                    s.start_time AS start_time, {asked} AS text
                {current(OF_TRACES)}
            ) GROUP BY trace_id
            """,
            project_id=project_id,
            low=max(0, min(times) - DAY),
            high=max(times) + HOUR,
            trace_ids=sorted(set(some)),
            most=most,
            head=most // 4,
            tail=most - most // 4,
            options=WHOLE_RANGE,
        )
        for row in found:
            yield row["trace_id"], row["text"]


def first_of_release(project_id: str, release: str, since: int, until: int) -> int | None:
    """When the first row of the time that names it starts, in nanoseconds."""
    return _first(project_id, "s.release = {name:String}", release, 0, since, until)


def first_of_prompt(project_id: str, name: str, version: int, since: int, until: int) -> int | None:
    """When the version was first called in the time, in nanoseconds."""
    which = "s.prompt_name = {name:String} AND s.prompt_version = {version:UInt32}"
    return _first(project_id, which, name, version, since, until)


def _first(
    project_id: str, which: str, name: str, version: int, since: int, until: int
) -> int | None:
    [found] = rows(
        f"""
        SELECT count() AS n, toUnixTimestamp64Nano(min(s.start_time)) AS first
        FROM spans AS s
        WHERE s.project_id = {{project_id:String}} AND NOT s.is_deleted AND {which}
          AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND s.start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
        """,
        project_id=project_id,
        name=name,
        version=version,
        low=since,
        high=until,
        options=DEADLINE,
    )
    return found["first"] if found["n"] else None

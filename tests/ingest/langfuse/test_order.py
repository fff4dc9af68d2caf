"""What a trace comes to does not depend on how its events travelled."""

import json
import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import pipeline
from ingest.langfuse.decode import decode_batch
from ingest.langfuse.moments import nanoseconds
from traces import clickhouse
from traces.merge import joined, row_of, stated_by_patch, stated_by_row
from traces.queries.langfuse.observations import ObservationQuery, observation_page
from traces.records import SPAN_COLUMNS

NOW = nanoseconds("2026-11-20T12:00:00Z")

times = st.sampled_from([f"2026-11-20T11:00:0{second}.000Z" for second in range(6)])
values = st.none() | st.text(max_size=3) | st.integers(0, 9) | st.just({}) | st.just({"a": 1})
usages = st.dictionaries(st.sampled_from(["input", "output", "total"]), st.integers(0, 9))
bodies = st.fixed_dictionaries(
    {"id": st.sampled_from(["o1", "o2"]), "traceId": st.just("t1")},
    optional={
        "name": st.sampled_from(["a", "b", ""]),
        "startTime": times,
        "endTime": times,
        "completionStartTime": times,
        "parentObservationId": st.sampled_from(["o1", "o2", "o3"]),
        "input": values,
        "output": values,
        "metadata": st.dictionaries(st.sampled_from(["x", "y"]), values) | values,
        "level": st.sampled_from(["DEBUG", "ERROR", None]),
        "model": st.sampled_from(["m1", "m2"]),
        "usage": usages,
        "usageDetails": usages,
        "costDetails": st.dictionaries(st.sampled_from(["input", "total"]), st.floats(0, 1)),
        "environment": st.sampled_from(["prod", "dev"]),
    },
)
traces = st.fixed_dictionaries(
    {"id": st.just("t1")},
    optional={
        "name": st.sampled_from(["a", "b"]),
        "userId": st.sampled_from(["u1", "u2"]),
        "tags": st.lists(st.sampled_from(["x", "y", "z"])),
        "metadata": st.dictionaries(st.sampled_from(["x", "y"]), values),
        "public": st.booleans(),
        "timestamp": times,
        "input": values,
    },
)
kinds = st.sampled_from(
    ["span-create", "span-update", "generation-create", "generation-update", "event-create"]
)


@st.composite
def events(draw):
    kind, body = draw(st.tuples(kinds, bodies) | st.tuples(st.just("trace-create"), traces))
    return {"id": "e", "type": kind, "body": body}


@st.composite
def journeys(draw):
    """The same events twice: as they happened, and shuffled, repeated and cut into batches."""
    sent = draw(st.lists(events(), min_size=1, max_size=8))
    told = sorted(draw(st.permutations(sent)), key=lambda event: "update" in event["type"])
    for microsecond, event in enumerate(told):
        event["timestamp"] = f"2026-11-20T11:00:04.00000{microsecond}Z"
    again = draw(st.lists(st.sampled_from(sent), max_size=4))
    mixed = draw(st.permutations([*sent, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(mixed)), max_size=3)) | {0, len(mixed)})
    return sent, [mixed[start:end] for start, end in pairwise(cuts)]


def stored_after(batches: list[list[dict]]) -> dict:
    """What is stored once each batch has been merged into what was stored before it."""
    stored: dict = {}
    for batch in batches:
        said = defaultdict(list)
        payload = json.dumps({"batch": batch}).encode()
        for patch in decode_batch(payload, project_id="p", now_ns=NOW).items:
            said[patch.trace_id, patch.span_id].append(stated_by_patch(patch))
        for key, statements in said.items():
            known = [stated_by_row(stored[key])] if key in stored else []
            stored[key] = row_of(joined([*known, *statements]), "p", *key)
    return stored


@settings(max_examples=300, deadline=None)
@given(journeys())
def test_any_order_grouping_and_repetition_of_events_gives_the_same_rows(journey):
    in_order, mixed = journey
    assert stored_after(mixed) == stored_after([in_order])


@pytest.mark.django_db
@pytest.mark.usefixtures("clickhouse_schema")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(journeys())
def test_any_order_grouping_and_repetition_is_the_same_in_the_store(journey):
    in_order, mixed = journey
    assert read_after(mixed) == read_after([in_order])


def read_after(batches: list[list[dict]]) -> list[dict]:
    """What a new project holds after these batches, read from ClickHouse."""
    project_id = str(uuid.uuid4())
    for batch in batches:
        payload = json.dumps({"batch": batch}).encode()
        items = decode_batch(payload, project_id=project_id, now_ns=NOW).items
        pipeline.accept(project_id, items)
    own = {"project_id", "received_at", "version"}
    columns = ", ".join(name for name in SPAN_COLUMNS if name not in own)
    return clickhouse.rows(
        f"""
        SELECT {columns} FROM spans FINAL
        WHERE project_id = {{project_id:String}} AND start_time > toDateTime64('2020-01-01', 9)
        ORDER BY trace_id, span_id
        """,
        project_id=project_id,
    )


@pytest.mark.django_db
def test_the_same_batch_five_times_at_once_is_stored_once(clickhouse_schema):
    batch = [
        {"id": f"e{n}", "type": kind, "timestamp": f"2026-11-20T11:00:0{n}Z", "body": body}
        for n, (kind, body) in enumerate(
            [
                ("trace-create", {"id": "t", "name": "busy"}),
                ("span-create", {"id": "s", "traceId": "t", "startTime": "2026-11-20T11:00:00Z"}),
                ("span-update", {"id": "s", "traceId": "t", "endTime": "2026-11-20T11:00:05Z"}),
            ]
        )
    ]
    project_id = str(uuid.uuid4())

    def send(_) -> None:
        payload = json.dumps({"batch": batch}).encode()
        items = decode_batch(payload, project_id=project_id, now_ns=NOW).items
        try:
            pipeline.accept(project_id, items)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(send, range(5)))
    found, total = observation_page(project_id, ObservationQuery(), limit=10, offset=0)
    assert total == 1
    assert found[0]["end_ns"] - found[0]["start_ns"] == 5_000_000_000


def test_updates_of_one_moment_count_in_the_order_of_their_batch():
    """The clock of the SDK for JavaScript goes by milliseconds."""
    moment = "2026-11-20T11:00:00.001Z"
    updates = [
        {"id": "e", "type": "trace-create", "timestamp": moment, "body": {"id": "t1", **said}}
        for said in ({"name": "z", "userId": "u"}, {"name": "b"}, {"name": "a"})
    ]
    (row,) = stored_after([updates]).values()
    assert (row.trace_name, row.user_id) == ("a", "u")
    assert stored_after([updates, updates]) == stored_after([updates])


def test_a_create_that_was_dated_after_its_update_is_still_the_first_word():
    """The SDK for JavaScript dates an event when it leaves its queue."""
    create = {"name": "made", "model": "m", "startTime": "2026-11-20T11:00:00.001Z"}
    batch = [
        {
            "id": "e1",
            "type": "generation-update",
            "timestamp": "2026-11-20T11:00:00.002Z",
            "body": {"id": "g", "traceId": "t", "name": "renamed"},
        },
        {
            "id": "e2",
            "type": "generation-create",
            "timestamp": "2026-11-20T11:00:00.009Z",
            "body": {"id": "g", "traceId": "t", **create},
        },
    ]
    (row,) = stored_after([batch]).values()
    assert (row.name, row.model) == ("renamed", "m")

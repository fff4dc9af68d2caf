"""Partial rows on the real store: any order, several processes' worth of threads, moved starts."""

import threading
import uuid
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from traces import clickhouse, patches, writer
from traces.errors import Refused
from traces.records import Patch, Span
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

START = 1_772_334_000_000_000_000  # 2026-03-01 03:00
HOUR = 3_600_000_000_000
MONTH = 31 * 24 * HOUR


@pytest.fixture
def project_id() -> str:
    return uuid.uuid4().hex


def price(rows: list[Span]) -> None:
    """Stands for what a pipeline derives: a dollar a token."""
    for row in rows:
        row.total_tokens = sum(row.usage.values())
        if row.cost_source != "sent":
            row.total_cost = Decimal(row.total_tokens) if row.usage else None
            row.cost_source = "computed" if row.usage else ""


def patch(project_id: str, at: int, *, span_id: str = "s", rank: int = 0, **fields) -> Patch:
    return Patch(project_id, "t", span_id, START + at, fields, rank)


def apply(*said: Patch, spans: tuple[Span, ...] = ()) -> None:
    patches.apply(said, spans, finish=price)


def rows(project_id: str, span_id: str = "s") -> list[Span]:
    """The live rows of a span, at whatever hour they stand; there should be one."""
    found = stored_spans(project_id, [("t", span_id)])
    return [row for row in found.get(("t", span_id), []) if not row.is_deleted]


def merged_rows(project_id: str) -> int:
    """What a page counts."""
    [row] = clickhouse.rows(
        "SELECT count() AS n FROM spans FINAL WHERE project_id = {project_id:String}",
        project_id=project_id,
    )
    return row["n"]


def without_versions(row: Span) -> Span:
    return replace(row, project_id="", version=0, received_at=0)


LIFE = (
    {"at": 0, "start_time": START, "name": "chat", "type": "GENERATION", "metadata": {"a": "1"}},
    {"at": 5, "rank": 1, "output": "hi", "usage": {"input": 3, "output": 4}, "tags": ["x"]},
    {"at": 9, "rank": 1, "end_time": START + 9, "metadata": {"b": '{"c": 1}'}, "tags": ["y"]},
)


def test_a_create_and_its_updates_give_the_same_row_in_every_order():
    results = []
    for order in permutations(LIFE):
        project_id = uuid.uuid4().hex
        for said in order:
            apply(patch(project_id, **said))
        [row] = rows(project_id)
        results.append(without_versions(row))
        assert merged_rows(project_id) == 1
        assert (row.name, row.output, row.tags) == ("chat", "hi", ["x", "y"])
        assert (row.total_tokens, row.total_cost) == (7, Decimal(7))
        assert (row.start_time, row.end_time) == (START, START + 9)
    assert all(result == results[0] for result in results)


STEPS = st.lists(
    st.builds(
        lambda at, rank, cost, fields: {"at": at, "rank": rank, **cost, **fields},
        st.integers(0, 3),
        st.integers(0, 1),
        st.sampled_from([{}, {}, {"total_cost": Decimal("0.5"), "cost_source": "sent"}]),
        st.fixed_dictionaries(
            {},
            optional={
                "start_time": st.sampled_from([START, START + HOUR, START + MONTH]),
                "name": st.sampled_from(["a", "b"]),
                "usage": st.dictionaries(st.sampled_from(["input", "output"]), st.integers(0, 9)),
                "metadata": st.dictionaries(
                    st.sampled_from("ab"), st.sampled_from(["x", '{"c": 1}', '{"d": 2}'])
                ),
                "tags": st.lists(st.sampled_from("xy")),
            },
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=12,  # the rules have their own test in test_merge; this one is of the store
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # shrinking would take minutes here
)
@given(steps=STEPS, data=st.data())
def test_any_order_grouping_and_repetition_stores_the_same_row_once(steps, data):
    one, other = uuid.uuid4().hex, uuid.uuid4().hex
    apply(*(patch(one, **step) for step in steps))
    order = data.draw(st.permutations(steps + data.draw(st.lists(st.sampled_from(steps)))))
    while order:
        size = data.draw(st.integers(1, len(order)))
        apply(*(patch(other, **step) for step in order[:size]))
        order = order[size:]
    [expected], [row] = rows(one), rows(other)
    assert without_versions(row) == without_versions(expected)
    assert merged_rows(other) == 1


def test_the_same_patch_again_writes_nothing(project_id):
    said = patch(project_id, **LIFE[0])
    apply(said)
    [before] = rows(project_id)
    apply(said)
    assert rows(project_id) == [before]


def test_a_row_moves_when_its_real_start_is_in_another_hour(project_id):
    apply(patch(project_id, 0, output="early"))
    apply(patch(project_id, 1, start_time=START - 2 * MONTH))
    [row] = rows(project_id)
    assert (row.start_time, row.output) == (START - 2 * MONTH, "early")
    assert merged_rows(project_id) == 1


def test_a_move_cut_in_two_loses_nothing_and_is_healed(project_id):
    """Its two rows may lie in two months, and only one of them reach the disk."""
    apply(patch(project_id, 0, output="early"))
    [old] = rows(project_id)
    later = patch(project_id, 1, start_time=START - 2 * MONTH)
    tombstone = replace(old, is_deleted=True, marks=[*old.marks, "moved"], version=old.version + 1)
    writer.insert_spans([tombstone])
    apply(later)
    [row] = rows(project_id)
    assert (row.start_time, row.output) == (START - 2 * MONTH, "early")

    other = uuid.uuid4().hex
    apply(patch(other, 0, output="early"))
    moved = replace(row, project_id=other)
    writer.insert_spans([moved])
    assert merged_rows(other) == 2
    apply(replace(later, project_id=other))
    assert merged_rows(other) == 1
    assert [row.output for row in rows(other)] == ["early"]


def test_a_deleted_row_does_not_come_back_with_an_update(project_id):
    apply(patch(project_id, 0, output="secret"))
    [row] = rows(project_id)
    writer.insert_spans([replace(row, is_deleted=True, version=row.version + 1)])
    apply(patch(project_id, 1, name="again"))
    assert [(row.name, row.output) for row in rows(project_id)] == [("again", "")]


def test_what_threads_say_of_one_span_at_once_is_all_kept(project_id):
    threads = [
        threading.Thread(
            target=apply,
            args=(patch(project_id, n, metadata={f"k{n}": "v"}, tags=[f"t{n:02}"]),),
        )
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [row] = rows(project_id)
    assert len(row.metadata) == 12
    assert row.tags == [f"t{n:02}" for n in range(12)]


def test_a_complete_span_and_what_was_said_of_it_before_become_one(project_id):
    apply(patch(project_id, 7, events=[{"time": 1, "name": "gen_ai.choice"}]))
    whole = Span(project_id, "t", "s", START, end_time=START + 9, name="chat", input="hi")
    apply(spans=(whole,))
    [row] = rows(project_id)
    assert (row.name, row.start_time, row.marks) == ("chat", START, [])
    assert row.events == '[{"name":"gen_ai.choice","time":1}]'


def test_a_patch_completes_a_span_that_was_stored_as_a_whole(project_id):
    whole = Span(project_id, "t", "s", START, end_time=START + 9, name="chat", input="hi")
    writer.insert_spans([whole])
    apply(patch(project_id, 7, output="hello"))
    [row] = rows(project_id)
    assert (row.name, row.input, row.output) == ("chat", "hi", "hello")
    assert merged_rows(project_id) == 1


def test_a_span_that_is_sent_again_while_a_patch_is_merged_is_not_undone(project_id):
    """It takes no lock, so it may come between the read and the write."""
    whole = Span(project_id, "t", "s", START, end_time=START + 9, name="chat", input="first")
    writer.insert_spans([whole])
    again = replace(whole, input="second", version=0, received_at=0)

    def sent_again_meanwhile(merged: list[Span]) -> None:
        price(merged)
        writer.insert_spans([again])

    said = patch(project_id, 7, output="hello")
    patches.apply([said], finish=sent_again_meanwhile)
    [row] = rows(project_id)
    assert (row.input, row.output) == ("second", "")
    apply(said)  # as ingest.late does
    [row] = rows(project_id)
    assert (row.input, row.output) == ("second", "hello")


def test_a_trace_row_and_its_spans_are_apart(project_id):
    apply(
        patch(project_id, 0, span_id="", trace_name="chat", user_id="ann"),
        patch(project_id, 1, name="step", start_time=START),
    )
    [trace], [span] = rows(project_id, ""), rows(project_id)
    assert (trace.type, trace.trace_name, trace.user_id) == ("TRACE", "chat", "ann")
    assert (span.type, span.trace_name) == ("SPAN", "")


def test_rows_of_several_projects_stay_apart(project_id):
    other = uuid.uuid4().hex
    apply(patch(project_id, 0, name="mine"), patch(other, 0, name="theirs"))
    assert [row.name for row in rows(project_id)] == ["mine"]
    assert [row.name for row in rows(other)] == ["theirs"]


def test_ids_are_data(project_id):
    hostile = "'); DROP TABLE spans -- \\ {x:String} ] [ 서울"
    said = Patch(project_id, hostile, hostile, START, {"name": "a"})
    apply(said)
    apply(replace(said, stated_at=START + 1, fields={"output": "b"}))
    [[row]] = stored_spans(project_id, [(hostile, hostile)]).values()
    assert (row.trace_id, row.name, row.output) == (hostile, "a", "b")


def test_three_thousand_patches_are_looked_up_in_few_queries(project_id):
    said = [patch(project_id, 0, span_id=f"s{n}", name="a") for n in range(3000)]
    apply(*said)
    apply(*(replace(one, stated_at=START + 1, fields={"output": "b"}) for one in said))
    assert merged_rows(project_id) == 3000
    assert [(row.name, row.output) for row in rows(project_id, "s2999")] == [("a", "b")]


def test_a_value_that_cannot_be_stored_is_named_and_its_neighbour_is_stored(project_id):
    with pytest.raises(Refused) as refused:
        apply(
            patch(project_id, 0, span_id="bad", usage={"input": -1}),
            patch(project_id, 0, span_id="good", name="a"),
        )
    assert [row.span_id for row in refused.value.rows] == ["bad"]
    assert [row.name for row in rows(project_id, "good")] == ["a"]

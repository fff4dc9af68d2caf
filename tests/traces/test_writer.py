"""What the writer promises: stored and visible on return, once, and one bad row harms no other."""

import threading
import uuid
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from traces import clickhouse, writer
from traces.errors import Refused, Unavailable
from traces.records import Score, Span
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

START = 1_772_334_000_123_456_789
HOUR = 3_600_000_000_000


@pytest.fixture
def project_id() -> str:
    return uuid.uuid4().hex


def span(project_id: str, span_id: str = "s1", **values) -> Span:
    return Span(project_id, "t1", span_id, **{"start_time": START, **values})


def live(project_id: str) -> list[Span]:
    """All rows of the project's trace t1, as a merged read shows them."""
    names = clickhouse.columns(
        "SELECT span_id FROM spans FINAL WHERE project_id = {project_id:String} ORDER BY span_id",
        project_id=project_id,
    )["span_id"]
    found = stored_spans(project_id, [("t1", name) for name in names])
    return [row for rows in found.values() for row in rows if not row.is_deleted]


def a_full_span(project_id: str) -> Span:
    """Every field away from its default, hostile where it may be."""
    text = "서울 날씨 😀 \x00 \t\n\\ ' \" %s {x:String} �"
    hostile = {"": "", "a.b": text, "__proto__": "{}", "k" * 1000: "v" * 100_000}
    values: dict = {}
    for column in fields(Span):
        match getattr(column.type, "__name__", ""):
            case "str":
                values[column.name] = f"{column.name} {text}"
            case "bool":
                values[column.name] = True
            case "int":
                values[column.name] = 4_000_000_000
            case "list":
                values[column.name] = ["", text, "b"]
            case "dict":
                values[column.name] = hostile
    big = 2**64 - 1
    return Span(**values | {
        "project_id": project_id, "trace_id": "t1", "is_deleted": False,
        "start_time": START, "end_time": START + 1, "completion_start_time": START,
        "received_at": START + 2, "version": big, "prompt_version": 2**32 - 1,
        "usage": {"input": big, "": 0}, "clocks": {"a.b": big},
        "cost": {"total": Decimal("999999.999999999999"), "input": Decimal("-0.000000000001")},
        "total_cost": Decimal("0.000000000001"), "input_tokens": big,
    })  # fmt: skip


def test_every_field_comes_back_as_it_was_sent(project_id):
    sent = a_full_span(project_id)
    writer.insert_spans([sent])
    [[back]] = stored_spans(project_id, [("t1", sent.span_id)]).values()
    assert back == sent


def test_rows_for_a_server_elsewhere_travel_compressed(project_id, monkeypatch):
    monkeypatch.setattr(clickhouse, "LOOPBACK", ())
    sent = [span(project_id, f"s{n}", input="서울" * 1000) for n in range(100)]
    writer.insert_spans(sent)
    assert len(live(project_id)) == 100


def test_a_span_of_defaults_comes_back_as_it_was_sent(project_id):
    sent = span(project_id)
    writer.insert_spans([sent])
    assert live(project_id) == [sent]
    assert sent.version == sent.received_at > START


def test_sending_a_span_twice_stores_it_once(project_id):
    writer.insert_spans([span(project_id)])
    writer.insert_spans([span(project_id)])
    assert len(live(project_id)) == 1


def test_the_higher_version_is_the_row_whatever_came_last(project_id):
    writer.insert_spans([span(project_id, name="new", version=2)])
    writer.insert_spans([span(project_id, name="old", version=1)])
    assert [row.name for row in live(project_id)] == ["new"]


def test_a_tombstone_takes_the_row_away(project_id):
    writer.insert_spans([span(project_id, version=1)])
    writer.insert_spans([span(project_id, version=2, is_deleted=True)])
    assert live(project_id) == []


def test_spans_of_many_months_are_stored_at_once(project_id):
    month = 31 * 24 * HOUR
    sent = [span(project_id, f"s{n:03}", start_time=n * month) for n in range(110)]
    writer.insert_spans(sent)
    assert len(live(project_id)) == 110


def test_sixteen_threads_store_all_they_send(project_id):
    failures = []

    def send(number: int) -> None:
        try:
            for turn in range(4):
                mine = [span(project_id, f"{number}-{turn}-{n}") for n in range(10)]
                writer.insert_spans(mine)
                found = stored_spans(project_id, [("t1", row.span_id) for row in mine])
                assert len(found) == 10
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(live(project_id)) == 16 * 4 * 10


POISON = [
    {"name": "lone \ud800 surrogate"},
    {"input": b"bytes"},
    {"output": None},
    {"start_time": -1},
    {"start_time": 2**32 * 10**9},
    {"start_time": "today"},
    {"end_time": 2**63},
    {"end_time": 1.5},
    {"usage": {"input": -1}},
    {"usage": {"input": 2**64}},
    {"usage": {"input": "many"}},
    {"cost": {"total": Decimal("1000000")}},
    {"total_cost": Decimal("NaN")},
    {"total_cost": 0.1},
    {"metadata": {"k": 1}},
    {"metadata": {1: "v"}},
    {"metadata": ["k"]},
    {"tags": [None]},
    {"prompt_version": 2**32},
    {"version": -1},
]


@pytest.mark.parametrize(
    "values", POISON, ids=lambda values: str(values).encode("ascii", "replace")
)
def test_a_row_that_cannot_be_stored_is_named_and_its_neighbours_are_stored(project_id, values):
    bad = span(project_id, "bad", **values)
    with pytest.raises(Refused) as refused:
        writer.insert_spans([span(project_id, "a"), bad, span(project_id, "b")])
    assert refused.value.rows == [bad]
    assert {row.span_id for row in live(project_id)} == {"a", "b"}
    [column] = values
    assert column in str(refused.value)


def test_only_the_request_with_the_bad_row_hears_of_it(project_id):
    outcomes: dict[str, object] = {}
    barrier = threading.Barrier(8)

    def send(name: str) -> None:
        rows = [span(project_id, f"{name}-{n}") for n in range(20)]
        if name == "guilty":
            rows[7] = replace(rows[7], name="\ud800")
        barrier.wait()
        try:
            outcomes[name] = writer.insert_spans(rows)
        except Refused as error:
            outcomes[name] = [row.span_id for row in error.rows]

    names = ["guilty", *(f"r{n}" for n in range(7))]
    threads = [threading.Thread(target=send, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"guilty": ["guilty-7"], **{f"r{n}": None for n in range(7)}}
    assert len(live(project_id)) == 8 * 20 - 1


def test_no_text_of_a_row_is_in_the_error(project_id):
    with pytest.raises(Refused) as refused:
        writer.insert_spans([span(project_id, input="my secret", usage={"my secret": -1})])
    assert "secret" not in str(refused.value)


def score(project_id: str, **values) -> Score:
    return Score(project_id, **{"id": "x", "name": "helpful", "timestamp": START, **values})


def scores(project_id: str) -> list[dict]:
    return clickhouse.rows(
        "SELECT * FROM scores FINAL WHERE project_id = {project_id:String}", project_id=project_id
    )


def test_a_score_sent_again_with_another_time_replaces_the_earlier(project_id):
    writer.insert_scores([score(project_id, value=0.25)])
    writer.insert_scores([score(project_id, value=1.0, timestamp=START + 40 * 24 * HOUR)])
    [stored] = scores(project_id)
    assert stored["value"] == 1.0


def test_a_score_that_cannot_be_stored_is_named(project_id):
    bad = score(project_id, id="bad", value="good")
    with pytest.raises(Refused) as refused:
        writer.insert_scores([score(project_id), bad])
    assert refused.value.rows == [bad]
    assert [row["id"] for row in scores(project_id)] == ["x"]


def test_no_rows_need_no_clickhouse(settings):
    settings.CLICKHOUSE_URL = "http://127.0.0.1:1/nowhere"
    clickhouse.forget_clients()
    writer.insert_spans([])
    writer.insert_scores([])
    with pytest.raises(Unavailable):
        writer.insert_spans([span("p")])
    clickhouse.forget_clients()

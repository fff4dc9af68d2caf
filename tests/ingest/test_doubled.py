"""A span that is sent again with a start in another hour: counted twice for a while, then once."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest import doubled
from ingest.drain import drain
from ingest.models import DoubledSearch
from ingest.pipeline import accept
from ingest.tasks import settle_doubled_spans
from tests.ingest.otlp.conftest import post  # noqa: F401 (a fixture)
from tests.ingest.otlp.exports import NOW, export, stored
from tests.ingest.rows import HOUR_NS, a_patch, a_span
from traces import clickhouse, deletion
from traces import stored as store
from traces.doubled import settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit", "clickhouse_schema")]


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Nothing is under way in a test."""
    monkeypatch.setattr(doubled, "MARGIN", 0)


def search(minutes: float = 0) -> None:
    """As of so many minutes from now, when a search is due again."""
    doubled.search(now=datetime.now(UTC) + timedelta(minutes=minutes))


def live(span) -> list:
    key = (span.trace_id, span.span_id)
    return [row for row in store.stored_spans(span.project_id, [key])[key] if not row.is_deleted]


def sent(span, **changes) -> None:
    accept(span.project_id, [replace(span, **changes)])


def at_hours(span, *hours: int) -> None:
    """The span as it was sent again and again, each time with another start."""
    for hour in hours:
        sent(span, start_time=span.start_time - hour * HOUR_NS, name=f"{hour} hours earlier")


def names(span) -> list[str]:
    return [row.name for row in live(span)]


def test_a_span_sent_again_by_otlp_with_another_start_counts_once(post, project):  # noqa: F811
    request, span = export()
    for start in (NOW - 1000, NOW - 3 * HOUR_NS):
        span.start_time_unix_nano = start
        assert post(data=request.SerializeToString()).status_code == 200
    assert len(stored(project.id)) == 2
    search()
    assert len(stored(project.id)) == 1


@pytest.mark.parametrize("hours", [(0, 5), (5, 0), (0, 800), (0, 5, 9), (5, 9, 5)])
def test_what_was_sent_last_is_what_stays(project, hours):
    span = a_span(project.id)
    at_hours(span, *hours)
    assert len(live(span)) == len(set(hours))
    search()
    assert names(span) == [f"{hours[-1]} hours earlier"]


def test_nothing_else_is_touched(project):
    span = a_span(project.id)
    earlier = span.start_time - HOUR_NS
    other_trace = replace(span, trace_id=span.trace_id[::-1], start_time=earlier)
    other_project = replace(span, project_id=f"{project.id}-2", start_time=earlier)
    others = [a_span(project.id), other_trace, other_project]
    for each in (span, *others):
        sent(each)
    sent(span, name="again")
    search()
    assert names(span) == ["again"]
    assert [names(other) for other in others] == [["chat"]] * 3


def test_the_copy_may_have_been_stored_long_before(project):
    span = a_span(project.id)
    at_hours(span, 0)
    search()
    assert DoubledSearch.objects.get().since > live(span)[0].received_at
    at_hours(span, 7)
    search(60)
    assert names(span) == ["7 hours earlier"]


def test_a_row_that_moved_is_settled_already(project):
    span = a_span(project.id)
    accept(project.id, [a_patch(span, name="late"), a_patch(span, start_time=9 * HOUR_NS)])
    accept(project.id, [a_patch(span, output="hello")])
    [before] = live(span)
    search()
    assert live(span) == [before]


def test_what_was_said_of_a_span_before_it_came_in_another_hour_is_not_buried(project):
    """As log events that nobody says again: Postgres was away, or it was a day ago."""
    span = a_span(project.id)
    said = replace(a_patch(span, output="hello"), stated_at=span.start_time - 2 * HOUR_NS)
    accept(project.id, [said])
    sent(span)
    assert len(live(span)) == 2
    search()
    [row] = live(span)
    assert (row.name, row.output, row.start_time) == ("chat", "hello", span.start_time)


def test_a_span_sent_again_to_where_it_was_buried_stands_there_again(project):
    span = a_span(project.id)
    at_hours(span, 0, 5)
    search()
    at_hours(span, 0)
    search(60)
    assert names(span) == ["0 hours earlier"]


def test_a_deleted_trace_stays_deleted(project):
    span = a_span(project.id)
    at_hours(span, 0, 5)
    deletion.delete_traces(project.id, [span.trace_id])
    search()
    assert live(span) == []


@pytest.mark.parametrize("hours", [(5,), (5, 9)])
def test_a_deleted_span_that_is_sent_again_with_another_start_is_deleted_there_too(project, hours):
    span = a_span(project.id)
    sent(span)
    deletion.delete_traces(project.id, [span.trace_id])
    at_hours(span, *hours)
    assert len(live(span)) == len(hours)
    search()
    assert live(span) == []
    sent(span, start_time=span.start_time - 5 * HOUR_NS)
    assert live(span) == []


def test_what_is_held_is_searched_when_it_is_stored(project, circuit, monkeypatch):
    """It is received a little before it is held, and stored after what was searched meanwhile."""
    monkeypatch.setattr(doubled, "MARGIN", doubled.SECOND)
    span = a_span(project.id)
    at_hours(span, 0)
    circuit.failed()
    at_hours(span, 5)
    circuit.succeeded()
    search(10)
    drain()
    assert len(live(span)) == 2
    search(60)
    assert names(span) == ["5 hours earlier"]


def test_slices_and_small_groups_come_to_the_same(project, monkeypatch):
    monkeypatch.setattr(doubled, "SLICE_ROWS", 3)
    monkeypatch.setattr(doubled, "SMALLEST_SLICE", 1000)
    began = time.time_ns()  # what other tests stored would be very many small slices
    for module in (doubled, doubled.doubled.__globals__):
        attributes = module if isinstance(module, dict) else vars(module)
        monkeypatch.setitem(attributes, "MOST_KEYS", 2)
    spans = [a_span(project.id) for _ in range(7)]
    for span in spans:
        at_hours(span, 0, 5)
    monkeypatch.setattr(doubled, "LOOK_BACK", time.time_ns() - began)
    search()
    assert [names(span) for span in spans] == [["5 hours earlier"]] * 7


def test_a_search_rests_for_twenty_times_as_long_as_it_took(project):
    began = datetime.now(UTC)
    search()
    took = datetime.now(UTC) - began
    rests = DoubledSearch.objects.get().due_at - began
    assert timedelta(0) < rests < 21 * took
    DoubledSearch.objects.update(due_at=began + timedelta(hours=1))
    span = a_span(project.id)
    at_hours(span, 0, 5)
    search(30)
    assert len(live(span)) == 2
    search(90)
    assert len(live(span)) == 1


def test_one_span_that_cannot_be_settled_holds_up_no_other(project, monkeypatch):
    spans = [a_span(f"{project.id}-{n}") for n in range(2)]
    for span in spans:
        at_hours(span, 0, 5)

    def refused(project_id, *args, **options):
        if project_id == spans[0].project_id:
            raise clickhouse.Refused("no", [])
        return settle(project_id, *args, **options)

    monkeypatch.setattr(doubled, "settle", refused)
    search()
    assert [len(live(span)) for span in spans] == [2, 1]
    assert DoubledSearch.objects.get().since > live(spans[0])[0].received_at


def test_while_clickhouse_is_away_nothing_is_passed_over(project, monkeypatch):
    span = a_span(project.id)
    at_hours(span, 0, 5)

    def away(*_args, **_options):
        raise clickhouse.Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(doubled, "settle", away)
        search()
    assert len(live(span)) == 2
    search()
    assert len(live(span)) == 1


def test_beat_asks_for_a_search_every_minute(settings):
    [entry] = [
        entry
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == settle_doubled_spans.name
    ]
    assert entry["schedule"] == 60

"""What pages of lists say while the store is away, behind, or asked too much."""

import pytest

from tests.traces.shown import HTMX, text_of


@pytest.fixture
def away(settings):
    """ClickHouse is away: nobody listens where it should."""
    from traces import clickhouse

    settings.CLICKHOUSE_URL = "http://sonde:x@127.0.0.1:9/nowhere"
    clickhouse.forget_clients()
    yield
    clickhouse.forget_clients()


@pytest.mark.parametrize("name", ["trace-list", "session-list", "user-list"])
def test_while_the_store_is_away_pages_say_so(look, away, name):
    response = look(name=name)
    assert response.status_code == 503 and response["Retry-After"]
    assert "does not answer" in text_of(response)


def test_a_part_of_a_page_says_so_too_and_htmx_shows_it(look, away):
    response = look({"part": "strip"}, **HTMX)
    assert response.status_code == 200 and "does not answer" in text_of(response)


def test_a_question_that_is_too_much_is_a_422_that_says_what_to_narrow(look, span, monkeypatch):
    from traces.errors import LimitReached

    def too_much(*args, **kwargs):
        raise LimitReached("took too long")

    monkeypatch.setattr("traces.views.lists.sorted_traces", too_much)
    for headers, status in (
        ({}, 422),
        ({**HTMX, "HX-History-Restore-Request": "true"}, 422),
        (HTMX, 200),  # htmx swaps no error in
    ):
        response = look({"sort": "cost"}, **headers)
        assert response.status_code == status
        assert "Choose a shorter range, or add a filter" in text_of(response)


@pytest.mark.parametrize("name", ["trace-list", "session-list", "user-list"])
def test_what_is_held_back_is_counted_on_the_pages_that_lack_it(look, project, name):
    from ingest.models import HeldBatch

    assert "held safely" not in text_of(look(name=name))
    HeldBatch.objects.create(project_id=project.id, payload=b"", rows=1200, bytes=0, version=1)
    assert "1 batch (1,200 rows) is held safely" in text_of(look(name=name))


def test_while_the_store_is_away_the_page_counts_what_is_held(look, project, away):
    from ingest.models import HeldBatch

    HeldBatch.objects.create(project_id=project.id, payload=b"", rows=7, bytes=0, version=1)
    assert "7 rows" in text_of(look())

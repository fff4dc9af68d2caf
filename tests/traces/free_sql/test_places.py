"""A statement that the engine cannot stop takes no more of it than its own place."""

import pytest

from traces.errors import LimitReached, Unavailable
from traces.queries.free_sql import places
from traces.queries.free_sql.ask import NotAllowed, ask, run

# One block of it: the engine does not look at the clock, nor for a KILL, before its end.
LONG = "SELECT sum(has(range(1000000), number + 1000001)) FROM numbers(2000)"


@pytest.fixture
def impatient(clickhouse_schema, settings, monkeypatch):
    """Two seconds more are waited for than a statement may take."""
    settings.CLICKHOUSE_MAX_EXECUTION_SECONDS = 0.05
    monkeypatch.setattr(places, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(places, "LOOK_SECONDS", 0.1)


def test_a_statement_that_goes_on_keeps_its_place_until_it_is_over(impatient, monkeypatch):
    with pytest.raises(LimitReached):
        run(LONG, {})
    assert places._free.acquire(blocking=False)  # the other place
    with pytest.raises(Unavailable, match="still running"):
        run("SELECT 1", {})
    monkeypatch.setattr(places, "PATIENCE_SECONDS", 60)
    try:
        assert run("SELECT 1 AS n", {})["data"] == [[1]]
    finally:
        places._free.release()


def test_a_distance_of_texts_whose_work_is_the_product_of_their_lengths_is_no_word(
    clickhouse_schema,
):
    with pytest.raises(NotAllowed):
        ask("nobody", "SELECT levenshteinDistance(leftPad('a', 65000, 'b'), 'c')")

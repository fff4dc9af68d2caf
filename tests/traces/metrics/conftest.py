"""Rows in every state, stored unmerged and once for all tests of a file."""

import secrets

import pytest

from tests.traces.metrics.sample import HOUR, Sample, calm_sample, sample


@pytest.fixture(scope="module")
def stored(clickhouse_schema) -> Sample:
    """Most of it was sent more than once; what is superseded stays beside what replaces it."""
    yield from _unmerged(sample(f"metrics-{secrets.token_hex(6)}"))


@pytest.fixture(scope="module")
def calm(clickhouse_schema) -> Sample:
    """Nearly all of it was sent once."""
    yield from _unmerged(calm_sample(f"metrics-{secrets.token_hex(6)}"))


@pytest.fixture(scope="module")
def settling():
    """Time is read without FINAL wherever it is settled, however short it is."""
    from traces.queries.metrics import settled

    least, settled.LEAST = settled.LEAST, HOUR
    yield
    settled.LEAST = least


def _unmerged(made: Sample):
    from traces.clickhouse import command
    from traces.writer import insert_scores, insert_spans

    command("SYSTEM STOP MERGES spans")
    for batch in made.sent:
        insert_spans(batch)
    insert_scores(made.scores_sent)
    yield made
    command("SYSTEM START MERGES spans")

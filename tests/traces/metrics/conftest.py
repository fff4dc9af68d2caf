"""Rows in every state, stored unmerged and once for all tests here."""

import secrets

import pytest

from tests.traces.metrics.sample import Sample, sample


@pytest.fixture(scope="module")
def stored(clickhouse_schema) -> Sample:
    from traces.clickhouse import command
    from traces.writer import insert_scores, insert_spans

    made = sample(f"metrics-{secrets.token_hex(6)}")
    command("SYSTEM STOP MERGES spans")  # superseded rows stay beside those that replace them
    for batch in made.sent:
        insert_spans(batch)
    insert_scores(made.scores_sent)
    yield made
    command("SYSTEM START MERGES spans")

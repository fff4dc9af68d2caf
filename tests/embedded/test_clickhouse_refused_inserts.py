"""What the engine refuses while it writes must not be acknowledged.

chDB's own insert stream (send_insert, insert_append, insert_done) drops every error that arises in
the last flush, and for inserts below a million rows that is all of them.
"""

import uuid

import pytest

from traces import clickhouse
from traces.errors import Refused, Unavailable

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

ONE_COLUMN = b"\x01\x03\x01a\x05UInt8\x01\x02\x09"  # one column a, three rows: 1, 2, 9


def insert(table: str) -> None:
    clickhouse.insert_native(table, ["a"], ONE_COLUMN, who="test", options={})


@pytest.fixture
def table():
    name = f"t{uuid.uuid4().hex}"
    yield name
    clickhouse.command(f"DROP TABLE IF EXISTS {name} SYNC")


def test_a_row_that_violates_a_constraint_is_refused(table):
    clickhouse.command(
        f"CREATE TABLE {table} (a UInt8, CONSTRAINT c CHECK a < 5) ENGINE = MergeTree ORDER BY a"
    )
    with pytest.raises(Refused, match="VIOLATED_CONSTRAINT"):
        insert(table)


def test_too_many_partitions_in_one_insert_are_refused(table):
    clickhouse.command(
        f"CREATE TABLE {table} (a UInt8) ENGINE = MergeTree ORDER BY a PARTITION BY a"
    )
    with pytest.raises(Refused, match="TOO_MANY_PARTS"):
        clickhouse.insert_native(
            table, ["a"], ONE_COLUMN, who="test", options={"max_partitions_per_insert_block": 2}
        )


def test_an_insert_into_a_table_with_too_many_parts_is_not_acknowledged(table):
    clickhouse.command(
        f"CREATE TABLE {table} (a UInt8) ENGINE = MergeTree ORDER BY a"
        " SETTINGS parts_to_throw_insert = 1, parts_to_delay_insert = 1"
    )
    clickhouse.command(f"SYSTEM STOP MERGES {table}")
    insert(table)
    with pytest.raises(Unavailable, match="TOO_MANY_PARTS"):
        for _ in range(3):
            insert(table)

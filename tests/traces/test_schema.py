"""The tables: migrated once, and as the records are."""

import threading
import uuid
from dataclasses import fields
from io import StringIO
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from traces import clickhouse
from traces.records import Score, Span

pytestmark = pytest.mark.usefixtures("clickhouse_schema")


@pytest.fixture
def new_database(settings):
    """CLICKHOUSE_URL names a database that does not exist."""
    here = settings.CLICKHOUSE_URL
    name = f"test_{uuid.uuid4().hex}"
    settings.CLICKHOUSE_URL = urlunsplit(urlsplit(here)._replace(path=f"/{name}"))
    clickhouse.forget_clients()
    yield name
    settings.CLICKHOUSE_URL = here
    clickhouse.forget_clients()
    clickhouse.command(f"DROP DATABASE IF EXISTS {name} SYNC")


def tables() -> list[str]:
    return clickhouse.columns(
        "SELECT name FROM system.tables WHERE database = {name:String} ORDER BY name",
        name=clickhouse.database(),
    )["name"]


FILES = [
    "0001_spans.sql",
    "0002_scores.sql",
    "0003_experiments.sql",
    "0004_receipts.sql",
    "0005_metrics_columns.sql",
]


def test_migrating_creates_the_database_and_its_tables_once(new_database):
    assert clickhouse.migrate() == FILES
    assert tables() == ["schema_ledger", "scores", "spans"]
    assert clickhouse.migrate() == []
    ledger = clickhouse.columns("SELECT name FROM schema_ledger ORDER BY name")
    assert ledger["name"] == FILES


def test_two_that_migrate_at_once_do_not_race(new_database):
    applied, failures = [], []

    def start() -> None:
        try:
            applied.extend(clickhouse.migrate())
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(applied) == FILES


def test_a_migration_cut_short_is_finished_by_the_next(new_database, tmp_path, monkeypatch):
    text = (clickhouse.SCHEMA / FILES[0]).read_text()
    (tmp_path / FILES[0]).write_text(text + "\n;\nCREATE TABLE broken;\n")
    with monkeypatch.context() as patched:
        patched.setattr(clickhouse, "SCHEMA", tmp_path)
        with pytest.raises(clickhouse.Refused):
            clickhouse.migrate()
    assert tables() == ["schema_ledger", "spans"]
    assert clickhouse.migrate() == FILES


def test_an_applied_file_that_was_changed_is_refused(new_database, tmp_path, monkeypatch):
    clickhouse.migrate()
    (tmp_path / FILES[0]).write_text("-- changed\n")
    monkeypatch.setattr(clickhouse, "SCHEMA", tmp_path)
    with pytest.raises(ImproperlyConfigured, match=FILES[0]):
        clickhouse.migrate()


def test_the_command_says_what_it_did(new_database):
    out = StringIO()
    call_command("migrate_clickhouse", stdout=out)
    call_command("migrate_clickhouse", stdout=out)
    first, second = out.getvalue().splitlines()
    assert first == f"Applied to ClickHouse: {', '.join(FILES)}."
    assert second == "ClickHouse is up to date."


def test_the_command_says_so_when_nobody_answers(settings):
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/sonde"
    with pytest.raises(CommandError, match="not migrated"):
        call_command("migrate_clickhouse")


@pytest.mark.parametrize("record", [Span, Score])
def test_the_columns_are_the_fields_of_the_record(record):
    table = f"{record.__name__.lower()}s"
    columns = clickhouse.columns(
        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {t:String}"
        " AND default_kind != 'MATERIALIZED'",  # what follows from the others
        t=table,
    )
    assert columns["name"] == [column.name for column in fields(record)]


def test_a_single_server_writes_to_the_disk_before_it_answers():
    [table] = clickhouse.rows(
        "SELECT create_table_query AS sql FROM system.tables"
        " WHERE database = currentDatabase() AND name = 'spans'"
    )
    assert "fsync_after_insert = 1" in table["sql"]
    assert "fsync_part_directory = 1" in table["sql"]

"""The tables: migrated once, as the records are, fast where they must be, the same on a cluster."""

import re
import subprocess
import sys
import threading
import uuid
from dataclasses import fields
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from traces import clickhouse, writer
from traces.records import Score, Span
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

ROOT = Path(__file__).parents[2]
START = 1_772_334_000_000_000_000  # 2026-03-01 03:00
HOUR = 3_600_000_000_000


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


FILES = ["0001_spans.sql", "0002_scores.sql"]


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
        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {t:String}",
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


def three_months() -> str:
    """The id of a new project whose 12 traces of 50 spans begin in three months."""
    project_id = uuid.uuid4().hex
    for month in range(3):
        writer.insert_spans(
            [
                Span(
                    project_id, f"{month}-{n // 50}", f"{n}", START + month * 31 * 24 * HOUR + n,
                    input=f"Wie ist das Wetter in Seoul? 서울 날씨 {n}", output=f"Sunny {month}",
                    session_id=f"session {month}",
                )
                for n in range(200)
            ]
        )  # fmt: skip
    return project_id


@pytest.fixture(scope="module")
def filled(clickhouse_schema) -> str:
    """Only to be read."""
    return three_months()


@pytest.fixture
def project_id() -> str:
    return three_months()


def explained(condition: str, **params) -> dict[str, str]:
    """index or step → what it says of the parts and granules that are left."""
    lines = clickhouse.columns(
        f"EXPLAIN indexes = 1 SELECT count() FROM spans WHERE {condition}", **params
    )["explain"]
    found, name = {}, ""
    for line in lines:
        text = line.strip(" │└─")
        if text.startswith("Name: "):
            name = text.removeprefix("Name: ")
        elif text in ("Min-Max", "Partition", "PrimaryKey"):
            name = text
        elif text.startswith("Granules: "):
            found[name] = text.removeprefix("Granules: ")
    return found


IN_PROJECT = "project_id = {project_id:String}"


def share(granules: str) -> float:
    left, all_ = granules.split("/")
    return int(left) / int(all_) if int(left) else 0


@pytest.mark.parametrize(
    ("index", "column"),
    [
        ("by_trace", "trace_id"),
        ("by_span", "span_id"),
        ("by_user", "user_id"),
        ("by_session", "session_id"),
    ],
)
def test_looking_for_what_is_not_there_reads_next_to_nothing(filled, index, column):
    """A Bloom filter may err, so many are looked for."""
    shares = [
        share(
            explained(
                f"{IN_PROJECT} AND {column} = {{value:String}}",
                project_id=filled,
                value=f"nowhere {n}",
            )[index]
        )
        for n in range(30)
    ]
    assert sum(shares) / len(shares) < 0.1


def test_a_time_range_prunes_months_and_hours(filled):
    found = explained(
        f"{IN_PROJECT} AND start_time < {{until:DateTime64(9, 'UTC')}}",
        project_id=filled,
        until=clickhouse.moment(START + HOUR),
    )
    assert share(found["Min-Max"]) < 1 or share(found["PrimaryKey"]) < 1


@pytest.mark.parametrize("word", ["날씨", "seoul?", "wetter in", "sunny 1"])
def test_text_is_found_by_its_index_once_parts_are_merged(filled, word):
    clickhouse.command("OPTIMIZE TABLE spans FINAL")
    column = "output" if word.startswith("sunny") else "input"
    condition = f"{IN_PROJECT} AND lower({column}) LIKE {{pattern:String}}"
    used = explained(condition, project_id=filled, pattern=f"%{word}%")
    assert f"{column}_text" in used
    missing = explained(condition, project_id=filled, pattern="%부산%")
    assert share(missing[f"{column}_text"]) == 0


@pytest.mark.parametrize(
    ("pattern", "count"), [("%날씨%", 600), ("%씨%", 600), ("%부산%", 0), ("%SEOUL%", 600)]
)
def test_text_is_found_before_and_after_parts_are_merged(project_id, pattern, count):
    def found() -> int:
        [row] = clickhouse.rows(
            f"SELECT count() AS n FROM spans FINAL"
            f" WHERE {IN_PROJECT} AND lower(input) LIKE lower({{pattern:String}})",
            project_id=project_id,
            pattern=pattern,
        )
        return row["n"]

    assert found() == count
    clickhouse.command("OPTIMIZE TABLE spans FINAL")
    assert found() == count


def test_no_figure_counts_a_span_twice(project_id):
    """The same rows again, then changed: parts overlap in every hour and month."""
    before = stored_spans(project_id, [("0-0", "7"), ("2-3", "160")])
    for version in (2**62, 2**62 + 1):
        writer.insert_spans(
            [
                Span(project_id, row.trace_id, row.span_id, row.start_time, name="new",
                     total_tokens=version - 2**62, version=version)
                for rows in before.values() for row in rows
            ]
        )  # fmt: skip
    for options in ({}, {"do_not_merge_across_partitions_select_final": 1}):
        [row] = clickhouse.rows(
            f"SELECT count() AS n, countIf(name = 'new') AS renamed, sum(total_tokens) AS tokens"
            f" FROM spans FINAL WHERE {IN_PROJECT}",
            project_id=project_id,
            options=options,
        )
        assert row == {"n": 600, "renamed": 2, "tokens": 2}


# The cluster's form of the same files

CLUSTER = """<clickhouse>
<zookeeper><implementation>testkeeper</implementation></zookeeper>
<macros><shard>1</shard><replica>one</replica></macros>
<remote_servers><main><shard><internal_replication>true</internal_replication>
<replica><host>127.0.0.1</host><port>9000</port></replica></shard></main></remote_servers>
</clickhouse>"""
ON_AN_ENGINE = """
import os, sys
from chdb import _chdb
engine = _chdb.connect(sys.argv[1] + "?config-file=" + sys.argv[2])
for sql in sys.stdin.read().split("\\x00"):
    print(engine.query(sql, "TSVRaw", params={}).bytes().decode().strip(), flush=True)
os._exit(0)  # closing this engine aborts
"""


def on_an_engine(folder: Path, config: Path, statements: list[str]) -> list[str]:
    """The last line of each answer of an engine that was started with this configuration."""
    done = subprocess.run(
        [sys.executable, "-c", ON_AN_ENGINE, str(folder), str(config)],
        input="\x00".join(statements), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.fixture
def cluster_names(settings):
    settings.CLICKHOUSE_CLUSTER = "main"
    return clickhouse.schema_names()


def cluster_statements(names: dict[str, str]) -> list[str]:
    texts = [path.read_text() for path in sorted(clickhouse.SCHEMA.glob("*.sql"))]
    return [sql for text in texts for sql in clickhouse.statements(text, names)]


def test_every_statement_of_the_cluster_form_parses(cluster_names):
    found = cluster_statements(cluster_names)
    assert len(found) == 4
    for sql in found:
        [row] = clickhouse.rows("SELECT formatQuery({sql:String}) AS sql", sql=sql)
        assert "ON CLUSTER main" in row["sql"]
        assert re.search("ENGINE = (ReplicatedReplacingMergeTree|Distributed)", row["sql"])


def test_the_cluster_form_makes_replicated_and_distributed_tables(cluster_names, tmp_path: Path):
    """On an engine with an in-memory keeper, which takes definitions and no rows. It has no queue
    for DDL, so ON CLUSTER gives way to the unique name that it would give each table."""
    (tmp_path / "cluster.xml").write_text(CLUSTER)
    statements = [
        sql.replace("ON CLUSTER `main`", f"UUID '{uuid.uuid4()}'")
        for sql in cluster_statements(cluster_names)
    ]
    statements.append(
        "SELECT name, engine FROM system.tables WHERE database = 'default' ORDER BY name"
    )
    answers = on_an_engine(tmp_path / "db", tmp_path / "cluster.xml", statements)
    assert answers[-4:] == [
        "scores\tDistributed",
        "scores_local\tReplicatedReplacingMergeTree",
        "spans\tDistributed",
        "spans_local\tReplicatedReplacingMergeTree",
    ]


def test_the_small_server_of_compose_takes_its_configuration_and_our_tables(tmp_path: Path):
    config = ROOT / "docker" / "clickhouse" / "sonde.xml"
    asked = ("background_pool_size", "index_mark_cache_size", "mark_cache_size")
    answers = on_an_engine(
        tmp_path / "db",
        config,
        [
            *cluster_statements(clickhouse.schema_names()),
            "INSERT INTO spans (project_id, start_time) VALUES ('p', 1772334000.5)",
            "OPTIMIZE TABLE spans FINAL",
            f"SELECT name, value FROM system.server_settings WHERE name IN {asked} ORDER BY name",
        ],
    )
    written = ElementTree.parse(config).getroot()
    assert answers[-3:] == [f"{name}\t{written.findtext(name)}" for name in sorted(asked)]


def test_one_server_gets_none_of_the_cluster_s_statements():
    names = clickhouse.schema_names()
    found = cluster_statements(names)
    assert len(found) == 2
    assert not any("CLUSTER" in sql or "Replicated" in sql for sql in found)

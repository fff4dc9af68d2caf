"""The same files on a cluster, and on the small server of docker-compose.yml."""

import re
import subprocess
import sys
import uuid
from pathlib import Path
from xml.etree import ElementTree

import pytest

from traces import clickhouse

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

ROOT = Path(__file__).parents[2]
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
    made = 0
    for sql in cluster_statements(cluster_names):
        [row] = clickhouse.rows("SELECT formatQuery({sql:String}) AS sql", sql=sql)
        assert "ON CLUSTER main" in row["sql"]
        if row["sql"].startswith("CREATE TABLE"):
            made += 1
            assert re.search("ENGINE = (ReplicatedReplacingMergeTree|Distributed)", row["sql"])
        else:
            assert re.match("ALTER TABLE \\w+_local ", row["sql"])
    assert made == 4


def test_the_cluster_form_makes_replicated_and_distributed_tables(cluster_names, tmp_path: Path):
    """On an engine with an in-memory keeper, which takes definitions, and neither rows nor changes.
    It has no queue for DDL, so ON CLUSTER gives way to the unique name that it would give each."""
    (tmp_path / "cluster.xml").write_text(CLUSTER)
    statements = [
        sql.replace("ON CLUSTER `main`", f"UUID '{uuid.uuid4()}'")
        for sql in cluster_statements(cluster_names)
        if "CREATE TABLE" in sql
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
    assert sum("CREATE TABLE" in sql for sql in found) == 2
    assert not any("CLUSTER" in sql or "Replicated" in sql for sql in found)

"""A person's own SQL: what it never reaches, tried by those who mean harm."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces import clickhouse
from traces.errors import LimitReached, Refused
from traces.queries.free_sql import ask as asking
from traces.queries.free_sql import syntax
from traces.queries.free_sql.ask import BOUNDS, NotAllowed, ask
from traces.queries.free_sql.reading import Statement, read
from traces.queries.free_sql.tables import OWN, TABLES, preamble

SECRET = "of-the-neighbour"
ATTACKS = """
SELECT * FROM default.spans
SELECT * FROM {database}.spans
SELECT * FROM `{database}`.`spans`
SELECT * FROM "{database}.spans"
SELECT 1 AS {database} FROM {database}.spans
SELECT 1 AS spans_local FROM spans_local
SELECT * FROM schema_ledger
SELECT * FROM (WITH schema_ledger AS (SELECT 1) SELECT * FROM schema_ledger), schema_ledger
WITH spans AS (SELECT * FROM spans) SELECT * FROM spans
WITH own_spans AS (SELECT 1) SELECT * FROM own_spans
SELECT * FROM own_spans
SELECT 1 AS own_spans
SELECT * FROM system.tables
SELECT * FROM system.processes
SELECT 1 AS system, 2 AS tables FROM system.tables
SELECT * FROM information_schema.tables
SELECT * FROM INFORMATION_SCHEMA.TABLES
SELECT * FROM merge('{database}', '.*')
SELECT * FROM merge('.*')
SELECT * FROM remote('127.0.0.1', {database}.spans)
SELECT * FROM remoteSecure('127.0.0.1', '{database}', 'spans')
SELECT * FROM cluster('default', {database}.spans)
SELECT * FROM clusterAllReplicas('default', system.one)
SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')
SELECT * FROM s3('http://bucket.example.com/a', 'TSV', 'a String')
SELECT * FROM file('/etc/passwd', 'LineAsString')
SELECT * FROM executable('id', 'TSV', 'a String')
SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')
SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')
SELECT * FROM sqlite('/x', 'a')
SELECT * FROM input('a String')
SELECT * FROM view(SELECT * FROM {database}.spans)
SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a Int8'))
SELECT * FROM numbers(1000000000000)
SELECT * FROM zeros(10)
SELECT * FROM generateRandom('a Int8')
SELECT * FROM dictionary('a')
SELECT * FROM values('a Int8', 1)
SELECT * FROM spans, numbers(3)
SELECT * FROM spans JOIN numbers(3) AS n ON 1
SELECT dictGet('a', 'b', 1)
SELECT joinGet('{database}.spans', 'input', 1)
SELECT file('/etc/passwd')
SELECT `file`('/etc/passwd')
SELECT arrayMap(file, ['/etc/passwd'])
SELECT (SELECT 1 AS file), arrayMap(file, ['/etc/passwd'])
SELECT (SELECT 1 AS file), arrayMap((file), ['/etc/passwd'])
SELECT arrayMap(x -> file(x), ['/etc/passwd'])
SELECT * APPLY(file) FROM spans
SELECT COLUMNS('.*') APPLY(toString) FROM spans
SELECT COLUMNS(spans.id)
SELECT sleep(3)
SELECT sleepEachRow(3) FROM spans
SELECT getSetting('readonly')
SELECT getMacro('x')
SELECT currentUser(), hostName(), version(), currentDatabase()
SELECT hasColumnInTable('{database}', 'spans', 'input')
SELECT throwIf(1)
SELECT addressToLine(1)
SELECT catboostEvaluate('/x', 1)
SELECT initializeAggregation('sum', 1)
SELECT arrayReduce('sum', [1])
SELECT evalMLMethod(1, 2)
SELECT * FROM spans SETTINGS readonly = 0
SELECT * FROM spans SETTINGS max_execution_time = 0, max_memory_usage = 0
SELECT 1 AS settings FROM spans SETTINGS limit = 0
SELECT * FROM spans INTO OUTFILE '/tmp/out'
SELECT * FROM spans FORMAT Null
SELECT * FROM spans FINAL
SELECT * FROM spans SAMPLE 0.1
SELECT * FROM spans PREWHERE 1
SELECT * FROM spans WHERE trace_id IN {database}.spans
SELECT * FROM spans WHERE trace_id IN system.one
SELECT * FROM spans WHERE trace_id IN traces
SELECT (SELECT 1 AS schema_ledger), 'a' IN (schema_ledger)
SELECT (SELECT 1 AS schema_ledger), 'a' IN schema_ledger
SELECT (SELECT 1 AS schema_ledger), ('a', 'b', now()) NOT IN ((schema_ledger))
SELECT (SELECT 1 AS schema_ledger), in('a', schema_ledger)
SELECT (SELECT 1 AS schema_ledger), notIn('a', schema_ledger)
SELECT (SELECT 1 AS schema_ledger), in('a', (schema_ledger))
SELECT * FROM spans WHERE trace_id GLOBAL IN (SELECT 1)
SELECT {{project_id:String}}
SELECT {{a:Identifier}} FROM spans
SELECT project_id FROM spans
SELECT s.project_id FROM spans AS s
SELECT version FROM scores
SELECT is_deleted FROM spans
SELECT _part FROM spans
SELECT spans.* FROM spans) UNION ALL SELECT * FROM ({database}.spans
SELECT 1) SETTINGS readonly = 0, (SELECT 1
SELECT 1; SELECT 2
SELECT 1; DROP TABLE {database}.spans
SELECT 1 -- \\n; SELECT 2
SELECT 1 /* ; */ UNION ALL SELECT input FROM {database}.spans
SELECT 1 UNION ALL SELECT input FROM {database}.spans
SELECT (SELECT input FROM {database}.spans LIMIT 1)
SELECT * FROM spans WHERE id = (SELECT any(input) FROM {database}.spans)
SELECT * FROM /*x*/ {database} . spans
SELECT 'a\\'' , input FROM {database}.spans --'
SELECT $$a$$
SELECT $a$ '$a$ FROM {database}.spans
SELECT “a” FROM spans
SELECT 1 # comment
SELECT 0x41
SELECT x'41'
SELECT b'1'
SELECT @@version
SELECT ?
SELECT 1 AS `a\\`b`
SELECT 1 AS `a``b`
SELECT 1 AS "a.b"
WITH RECURSIVE n AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM n) SELECT * FROM n
WITH n AS MATERIALIZED (SELECT 1) SELECT * FROM n
EXPLAIN SELECT 1
EXPLAIN AST SELECT 1
SHOW TABLES
SHOW CREATE TABLE {database}.spans
DESCRIBE spans
EXISTS TABLE {database}.spans
INSERT INTO spans SELECT 1
INSERT INTO FUNCTION file('/tmp/x') SELECT 1
ALTER TABLE spans DELETE WHERE 1
DROP TABLE spans
TRUNCATE TABLE spans
CREATE TABLE x (a Int8) ENGINE = Memory
CREATE FUNCTION f AS x -> x
SET readonly = 0
SET ROLE writer
USE system
SYSTEM SHUTDOWN
KILL QUERY WHERE 1
GRANT ALL ON *.* TO default
EXECUTE AS default SELECT 1
ATTACH TABLE x
OPTIMIZE TABLE spans
FROM spans SELECT *
VALUES (1)
SELECT
SELECT (1
SELECT 1)
SELECT 'never closed
SELECT 1 /* never closed
""".strip().splitlines()


@pytest.fixture
def neighbour(organisation, span):
    """Another project's row, and a deleted one and an older version of one's own."""
    from accounts.models import Project
    from traces.writer import insert_spans

    other = Project.objects.create(organisation=organisation, name="The neighbour")
    mine = span("t1", "a", input="mine", version=2)
    insert_spans([replace(mine, project_id=other.id, input=SECRET)])
    insert_spans([replace(mine, input=SECRET, version=1)])
    insert_spans([replace(mine, span_id="gone", input=SECRET, is_deleted=True)])
    return other


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(attack, clickhouse_schema):
    text = attack.replace("\\n", "\n").format(database=clickhouse.database())
    with pytest.raises((NotAllowed, Refused)):
        ask("nobody", text)


@pytest.mark.parametrize("text", [
    "SELECT input FROM spans",
    "SELECT * FROM spans",
    "SELECT s.* FROM spans AS s FULL OUTER JOIN traces AS t ON t.id = s.trace_id",
    "SELECT input FROM spans WHERE 1 OR 1 = 1 UNION ALL SELECT input FROM spans",
    "WITH a AS (SELECT * FROM spans), b AS (SELECT * FROM a) SELECT input FROM b, a",
    "SELECT groupArray(input) FROM (SELECT input FROM (SELECT * FROM spans))",
    "SELECT (SELECT groupArray(input) FROM spans)",
    "SELECT input FROM spans WHERE trace_id IN (SELECT id FROM traces)",
    "SELECT input, id AS spans_id FROM spans AS t, (SELECT 1 AS database) AS u",
])  # fmt: skip
def test_no_way_of_asking_shows_rows_of_others_or_ones_own_of_the_past(text, project, neighbour):
    found = ask(project.id, text)
    assert "mine" in str(found.rows)
    assert SECRET not in str(found.rows)


@pytest.mark.parametrize("attack", [
    "SELECT * FROM {database}.spans",
    "SELECT * FROM (WITH x AS (SELECT 1) SELECT 1), x",
    "SELECT dictGet('a', 'b', 1)",
    "SELECT * FROM numbers(3)",
    "SELECT * FROM own_spans FORMAT Null SETTINGS max_threads = 1",
    "SELECT * APPLY(toString) FROM own_spans",
    "SELECT COLUMNS('a') FROM own_spans",
    "SELECT * FROM own_spans FINAL",
    "SELECT (SELECT 1 AS schema_ledger), 'a' IN (schema_ledger)",
    "SELECT (SELECT 1 AS schema_ledger), NOT in('a', (schema_ledger))",
    "INSERT INTO own_spans SELECT 1",
    "DROP TABLE own_spans",
    "SELECT {{a:Identifier}}",
])  # fmt: skip
def test_the_second_wall_holds_alone(attack, clickhouse_schema, monkeypatch):
    """As if the reader of words let everything through."""
    tables = frozenset(OWN + table.name for table in TABLES)
    monkeypatch.setattr(asking, "read", lambda text, known: Statement(text, tables))
    with pytest.raises((NotAllowed, Refused)):
        ask("nobody", attack.format(database=clickhouse.database()))


@pytest.mark.parametrize("attack", [
    "SELECT name FROM system.tables",
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "INSERT INTO spans (project_id) VALUES ('x')",
    "DROP TABLE spans",
    "ALTER TABLE spans DELETE WHERE 1",
    "CREATE TABLE x (a Int8) ENGINE = Memory",
    "TRUNCATE TABLE spans",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1; SELECT 2",
])  # fmt: skip
def test_the_third_wall_holds_alone(attack, clickhouse_schema):
    """The engine itself, asked with no reader before it. It shows system.tables without rows: a
    list of what may be read would be the reader's own three tables."""
    try:
        found = asking.run(attack, BOUNDS)["data"]
    except Refused:
        return
    assert attack == "SELECT name FROM system.tables"
    assert not [name for [name] in found if name in ("users", "grants", "processes")]


def test_a_statement_that_takes_too_long_is_stopped(clickhouse_schema, monkeypatch):
    monkeypatch.setitem(BOUNDS, "max_execution_time", 0.5)
    with pytest.raises(LimitReached):
        ask(
            "nobody",
            "SELECT count() FROM (SELECT arrayJoin(range(100000)) AS a) AS a"
            " CROSS JOIN (SELECT arrayJoin(range(1000000)) AS b) AS b WHERE cityHash64(a, b) = 7",
        )


@pytest.mark.parametrize("text", [
    "SELECT groupArray(n) FROM (SELECT arrayJoin(range(20000000)) AS n)",
    "SELECT leftPad('', 900000, 'a'), arrayJoin(range(1000))",
])  # fmt: skip
def test_a_statement_that_takes_too_much_is_stopped(clickhouse_schema, text):
    with pytest.raises((LimitReached, Refused)):
        ask("nobody", text)


@pytest.mark.parametrize("text", [
    "SELECT " + "(" * 1000 + "1" + ")" * 1000,
    "SELECT " + "1," * 10_000 + "1",
    "SELECT '" + "a" * 30_000 + "'",
])  # fmt: skip
def test_a_statement_has_a_size(text):
    with pytest.raises(NotAllowed):
        read(text)


@given(st.text(alphabet="SELECTFROMspanselctfrom01 .,()'`\"*=-/\n;_{}[]$#:>", max_size=60))
def test_whatever_is_read_is_written_in_known_words(text):
    try:
        statement = read(f"SELECT {text} FROM spans")
    except NotAllowed:
        return
    outside = "".join(statement.sql.split("'")[::2])
    assert not set(outside) & set(';{}$#\n"')
    assert read(statement.sql.replace(OWN, "")).sql == statement.sql  # and reads the same again


def test_a_node_that_nobody_knows_is_refused():
    with pytest.raises(NotAllowed):
        syntax.check(
            ["SelectWithUnionQuery (children 1)", " Novelty x"], Statement("", frozenset())
        )


def test_the_tables_are_of_one_project():
    assert preamble("d").count("{project_id:String}") == len(TABLES)

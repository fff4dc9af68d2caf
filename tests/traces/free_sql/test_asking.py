"""A person's own SQL: what it finds."""

import re
from pathlib import Path

import pytest

from traces.errors import Refused
from traces.queries.free_sql.ask import (
    MAX_MEMORY,
    NotAllowed,
    ask,
    engine_functions,
    memory,
    sentence_in,
)
from traces.queries.free_sql.tables import TABLES
from traces.queries.free_sql.words import AGGREGATES, FUNCTIONS, OF_MANY

ROOT = Path(__file__).parents[3]


@pytest.fixture
def asked(project):
    return lambda text, **options: ask(project.id, text, **options)


def test_rows_are_the_projects_newest_and_not_the_deleted_ones(asked, span, unmerged):
    span("t1", "a", model="gpt-4o", version=1, total_cost="0.25")
    span("t1", "a", model="gpt-5", version=2, total_cost="0.5")
    span("t1", "b", version=1)
    span("t1", "b", version=2, is_deleted=True)
    found = asked("SELECT id, model, cost FROM spans ORDER BY id")
    assert [(row[0], row[1], row[2]) for row in found.rows] == [("a", "gpt-5", "0.5")]
    assert found.names == ("id", "model", "cost")
    assert not found.is_cut


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_a_table_can_be_read(asked, span, score, table):
    span("t1", "a")
    score("t1", "good", 1.0)
    names = ", ".join(column.name for column in table.columns)
    found = asked(f"SELECT {names} FROM {table.name}")
    assert found.names == tuple(column.name for column in table.columns)
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT count() FROM spans", [(3,)]),
        ("select count(*) as n from spans s where s.name = 'x' -- why\n;", [(2,)]),
        ("SELECT name, count() AS count FROM spans GROUP BY ALL ORDER BY 1", [("x", 2), ("y", 1)]),
        ("WITH b AS (SELECT * FROM spans WHERE input_tokens > 5) SELECT count() FROM b", [(2,)]),
        ("SELECT sum(n) FROM (SELECT count() AS n FROM spans GROUP BY trace_id)", [(3,)]),
        ("SELECT t.id, count() FROM traces AS t JOIN spans AS s ON s.trace_id = t.id"
         " GROUP BY t.id ORDER BY t.id", [("t1", 2), ("t2", 1)]),
        ("(SELECT 1 AS a) UNION ALL (SELECT 1)", [(1,), (1,)]),
        ("SELECT sumIf(input_tokens, name = 'x') AS tokens FROM spans", [(11,)]),
        ("SELECT quantile(0.5)(input_tokens) FROM spans", [(10.0,)]),
        ("SELECT id FROM traces WHERE id IN (SELECT trace_id FROM spans WHERE level='X')", []),
        ("SELECT arraySort(groupArray(input_tokens)) FROM spans", [([1, 10, 20],)]),
        ("SELECT arrayMap((a, b) -> a + b, [1, 2], [3, 4])", [([4, 6],)]),
        ("SELECT input_tokens, row_number() OVER (ORDER BY input_tokens DESC) AS place FROM spans"
         " ORDER BY place LIMIT 1", [(20, 1)]),
        ("SELECT CASE WHEN 1 > 2 THEN 'a' ELSE 'it''s \\'b\\'' END", [("it's 'b'",)]),
        ("SELECT count() FROM spans WHERE started_at > now() - INTERVAL 1 DAY", [(3,)]),
        ("SELECT toFloat64(1)::String || 'x', -1 % 2, NOT true", [("1x", -1, False)]),
        ("SELECT any(metadata['team']) FROM spans WHERE has(tags, 'new')", [("red",)]),
        ('SELECT count() AS "Zahl der Aufrufe" FROM `spans`', [(3,)]),
        ("SELECT count() FROM spans WHERE name LIKE 'x%' AND level IN ('DEFAULT', 'X')", [(2,)]),
        ("SELECT count() FROM spans WHERE name IN ('x') AND input_tokens IN (1, 10)", [(2,)]),
        ("SELECT count() FROM spans WHERE id NOT IN ['c'] AND (id, name) IN (('a','x'))", [(1,)]),
        ("SELECT DISTINCT name FROM spans ORDER BY name", [("x",), ("y",)]),
        ("SELECT name FROM scores WHERE value BETWEEN 0.5 AND 1", [("good",)]),
        ("SELECT spans.name FROM spans ORDER BY 1 DESC LIMIT 1", [("y",)]),
        ("SELECT span_count, toDecimal64(cost, 2) FROM traces WHERE id = 't1'", [(2, None)]),
    ],
)  # fmt: skip
def test_statements_answer_from_the_projects_own_rows(asked, span, score, text, expected):
    span("t1", "a", name="x", input_tokens=1, tags=["new"], metadata={"team": "red"})
    span("t1", "b", name="x", input_tokens=10)
    span("t2", "c", name="y", input_tokens=20)
    score("t1", "good", 1.0)
    assert [tuple(row) for row in asked(text).rows] == expected


def test_a_result_is_cut_and_says_so(asked, span):
    for number in range(4):
        span("t1", f"s{number}")
    found = asked("SELECT id FROM spans ORDER BY id DESC", most=3)
    assert [row[0] for row in found.rows] == ["s3", "s2", "s1"]
    assert found.is_cut
    assert not asked("SELECT id FROM spans", most=4).is_cut


def test_an_order_is_kept_however_many_rows_there_are(asked):
    found = asked("SELECT arrayJoin(range(100000)) AS n ORDER BY n DESC", most=5)
    assert [row[0] for row in found.rows] == [99999, 99998, 99997, 99996, 99995]


def test_a_column_that_is_not_there_is_named(asked):
    with pytest.raises(NotAllowed, match="There is no “colour” here"):
        asked("SELECT colour FROM spans")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT 1 AS down_time, 2 AS unknown_calls", ("down_time", "unknown_calls")),
        ("SELECT 1 AS down_spans, 2 AS crown_traces_", ("down_spans", "crown_traces_")),
        ("SELECT 'own_spans', 'down_' || 'x'", ("'own_spans'", "concat('down_', 'x')")),
        ("SELECT spans.id, b.id FROM spans JOIN spans AS b ON b.id = spans.id", ("id", "b.id")),
        ("WITH b AS (SELECT 1 AS id) SELECT spans.id, b.id FROM spans, b", ("id", "b.id")),
    ],
)
def test_columns_are_called_as_they_were_written(asked, text, names):
    assert asked(text).names == names


@pytest.mark.parametrize("text", ["SELECT count() FROM spans GROUP BY", "SELECT 1 +"])
def test_a_statement_that_ends_too_early_is_told_so(asked, text):
    with pytest.raises(Refused, match="ends too early"):
        asked(text)


def test_a_refusal_names_columns_and_tables_as_they_were_written(asked):
    with pytest.raises(Refused, match=r"'b\.id'"):
        asked("WITH b AS (SELECT 1 AS n) SELECT b.id FROM b")
    with pytest.raises(Refused, match=r"down_b\.id"):
        asked("SELECT down_b.id FROM (SELECT 1 AS n) AS down_b")
    said = "DB::Exception: No down_time in own_b, down_b and own_bc"
    assert sentence_in(said, frozenset(("own_b",))) == "No down_time in b, down_b and own_bc"


def test_the_documentation_lists_every_function():
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "sql.md").read_text()))
    assert not {*OF_MANY, *FUNCTIONS} - {f"{name}If" for name in OF_MANY} - told


def test_every_function_that_is_offered_is_one_of_the_engines(clickhouse_schema):
    """Some are of its parser, or an aggregate with the name of a kind of value behind it."""
    made = {"dateAdd", "dateSub", "groupArrayArray", "groupUniqArrayArray", "sumMap"}
    offered = (FUNCTIONS - AGGREGATES | OF_MANY) - made
    assert not [name for name in offered if name.lower() not in engine_functions()]


def test_memory_is_what_the_server_grants_and_no_more_than_ours():
    assert memory(0) == memory(2 * MAX_MEMORY) == MAX_MEMORY  # 0 is a server without a bound
    assert memory(MAX_MEMORY // 2) == MAX_MEMORY // 2

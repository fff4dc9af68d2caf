"""Reading a statement's words: what it is, where its data begins, and what it may not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.clickhouse_errors import ClickHouseError
from embedded.clickhouse_statement import REMEMBERED_BYTES, read_statement, remembered


@pytest.mark.parametrize(
    ("sql", "verb", "format_name"),
    [
        (b"SELECT 1", b"select", None),
        (b"  -- a note\n/* and ; another */ select 1 FORMAT CSV ;", b"select", "CSV"),
        (b"SELECT ' FORMAT CSV' FORMAT JSON SETTINGS max_threads = 1", b"select", "JSON"),
        (b"SELECT (SELECT 1 FORMAT CSV)", b"select", None),
        (b"WITH 1 AS x SELECT x", b"with", None),
        (b"WITH 1 AS x INSERT INTO t SELECT x", b"insert", None),
        (b"(SELECT 1)", b"(", None),
        (b"INSERT INTO t VALUES (1)", b"insert", None),
        (b"INSERT INTO t SELECT 1 FORMAT CSV", b"insert", None),
        (b"SELECT $$ FORMAT ; $$", b"select", None),
        (b"SELECT '\xff\xfe' FORMAT CSV", b"select", "CSV"),
    ],
)
def test_a_statement_s_verb_and_format_are_read(sql, verb, format_name):
    statement = read_statement(sql)
    assert (statement.verb, statement.format) == (verb, format_name)


@pytest.mark.parametrize(
    ("words", "data"),
    [
        (b"INSERT INTO t FORMAT CSV\n", b"1,2\n"),
        (b"INSERT INTO t (a, format) FORMAT Native\n", b"\0\1;'/*"),
        (b"insert into table d.t format RowBinary \r\n", b"\n\n;"),
        (b"INSERT INTO t -- FORMAT TSV\n FORMAT CSV ", b"1"),
        (b"INSERT INTO `FORMAT x` FORMAT CSV\n", b"1"),
        (b"INSERT INTO format FORMAT CSV\n", b"1"),
        (b"INSERT INTO t FORMAT CSV", b""),
    ],
)
def test_the_data_of_an_insert_begins_after_the_line_of_its_format(words, data):
    statement = read_statement(words + data)
    assert (words + data)[statement.data_at :] == data
    assert words[: statement.words_end].rstrip() == words.rstrip()


def test_the_source_of_rows_is_named_before_the_settings():
    sql = b"INSERT INTO settings (a) SETTINGS x = 1 FORMAT CSV\n1"
    statement = read_statement(sql)
    assert sql[: statement.source_at] == b"INSERT INTO settings (a) "


@pytest.mark.parametrize(
    "sql",
    [
        b"",
        b"  -- nothing",
        b"SELECT 1; SELECT 2",
        b"INSERT INTO t FORMAT",
        b"INSERT INTO t FORMAT CSV;\n1",
    ],
)
def test_what_cannot_be_one_statement_is_a_syntax_error(sql):
    with pytest.raises(ClickHouseError) as error:
        read_statement(sql)
    assert error.value.code == 62


@pytest.mark.parametrize("name", [b"file", b"FILE", b"`file`", b'"File"', b"python", b"executable"])
@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT %s(1)",
        b"SELECT 1, arrayMap(%s, x)",
        b"INSERT INTO t SELECT * FROM %s",
        b"DESC %s(1)",
    ],
)
def test_a_name_that_reads_files_is_refused_wherever_it_stands(name, sql):
    with pytest.raises(ClickHouseError) as error:
        read_statement(sql % name)
    assert error.value.code == 497


def test_only_short_statements_without_data_are_remembered():
    remembered.cache_clear()
    assert len(b"0," * 100 * 100) > REMEMBERED_BYTES
    for number in range(20):
        rows = b"%d," % number * 100
        for words in (b"INSERT INTO t FORMAT CSV\n", b"-- rows\nINSERT INTO t FORMAT CSV "):
            assert read_statement(words + rows).format == "CSV"
        read_statement(b"INSERT INTO t VALUES (" + rows + b"1)")
        read_statement(b"SELECT 1 IN (" + rows * 100 + b"1)")
    assert remembered.cache_info().currsize == 0
    for _ in range(2):
        assert read_statement(b"SELECT 1 FORMAT CSV").format == "CSV"
    assert (remembered.cache_info().currsize, remembered.cache_info().hits) == (1, 1)


@given(st.binary())
def test_any_bytes_are_read_or_refused(sql):
    try:
        read_statement(sql)
    except ClickHouseError as error:
        assert error.code in (48, 62, 497)

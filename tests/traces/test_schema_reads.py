"""What the tables' order and indexes are for: little is read, and nothing is counted twice."""

import time
import uuid

import pytest

from traces import clickhouse, writer
from traces.records import Span
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

START = 1_772_334_000_000_000_000  # 2026-03-01 03:00
HOUR = 3_600_000_000_000


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


def merge_parts(project_id: str) -> None:
    """OPTIMIZE leaves out, without a word, parts that are being merged for another test."""
    for _ in range(100):
        clickhouse.command("OPTIMIZE TABLE spans FINAL")
        [fresh] = clickhouse.columns(
            "SELECT count() AS n FROM system.parts WHERE active AND database = currentDatabase()"
            " AND table = 'spans' AND level = 0 AND name IN"
            f" (SELECT DISTINCT _part FROM spans WHERE {IN_PROJECT})",
            project_id=project_id,
        )["n"]
        if not fresh:
            return
        time.sleep(0.1)
    raise AssertionError("the parts are never merged")


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
    merge_parts(filled)
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
    merge_parts(project_id)
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

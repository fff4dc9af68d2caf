"""Finding spans inside one trace: by text, by what is amiss, and stepping from match to match."""

import re

import pytest

from tests.traces.shown import text_of

PANE = {"HX-Request": "true", "HX-Target": "pane"}


def hits(response) -> list[str]:
    html = response.content.decode()
    return re.findall(
        r'class="node [^"]* hit".*?class="main clip[^>]*>([^<]*)</a>', html, re.DOTALL
    )


def chosen(response) -> str:
    html = response.content.decode()
    found = re.search(r'aria-selected="true".*?class="main clip[^>]*>([^<]*)</a>', html, re.DOTALL)
    return found[1] if found else ""


def pills(response) -> dict[str, str]:
    html = response.content.decode()
    return {
        words.strip(): number
        for words, number in re.findall(r'class="pill[^>]*>([^<]+)<b class="num">(\d+)', html)
    }


@pytest.fixture
def refund(span) -> None:
    span("t", "r", took=10, name="agent")
    span("t", "a", at=1, took=1, parent_span_id="r", name="plan", input="돈을 환불해 주세요")
    span("t", "b", at=2, took=5, parent_span_id="r", name="Refund tool", output="100% done")
    failed = {"level": "ERROR", "status_message": "card refused"}
    span("t", "c", at=7, took=3, parent_span_id="r", name="notify", **failed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("환불", ["plan"]),
        ("REFUND", ["Refund tool"]),
        ("100%", ["Refund tool"]),
        ("refused", ["notify"]),
        ("1_0", []),
        ("a", ["agent", "plan", "notify"]),
    ],
)
@pytest.mark.usefixtures("refund")
def test_a_text_marks_the_spans_that_have_it(trace_page, text, found):
    assert hits(trace_page(query={"find": text})) == found


@pytest.mark.usefixtures("refund")
def test_a_search_opens_the_first_match_and_says_how_many_there_are(trace_page):
    response = trace_page(query={"find": "환불"})
    assert chosen(response) == "plan" and "1 of 1" in text_of(response)


@pytest.mark.usefixtures("refund")
def test_a_search_without_matches_says_so_and_leads_back(trace_page):
    response = trace_page(query={"find": "<nothing>"})
    assert "No span has “&lt;nothing&gt;”" in text_of(response)
    assert not hits(response) and chosen(response) == "notify"  # the error, as without a search


@pytest.mark.usefixtures("refund")
def test_pills_say_how_many_spans_they_mark(trace_page):
    assert pills(trace_page()) == {"Errors": "1", "Slow": "4", "Critical path": "4"}


@pytest.mark.usefixtures("refund")
def test_a_pill_and_a_text_together_mark_what_both_do(trace_page):
    assert hits(trace_page(query={"mark": "errors"})) == ["notify"]
    assert hits(trace_page(query={"mark": "errors", "find": "환불"})) == []
    assert hits(trace_page(query={"mark": "critical", "find": "환불"})) == ["plan"]


@pytest.mark.usefixtures("refund")
def test_matches_are_stepped_through_by_links_that_keep_the_search(trace_page):
    html = trace_page(query={"find": "a", "span": "a"}).content.decode()
    assert re.search(r'data-keys="p"[^>]*href="\?span=r&amp;tab=messages&amp;find=a"', html)
    assert re.search(r'data-keys="n"[^>]*href="\?span=c&amp;tab=messages&amp;find=a"', html)
    pane = trace_page(query={"find": "a", "span": "c"}, **PANE).content.decode()
    assert 'id="steps" hx-swap-oob="true"' in pane and "3 of 3" in pane
    assert re.search(r'data-keys="n"[^>]*href="\?span=r&amp;', pane)  # round to the first


def test_a_match_beyond_the_first_lines_is_shown_where_it_lies(trace_page, span):
    span("t", "r", name="root")
    for number in range(130):
        said = {"input": "needle"} if number in (3, 125) else {}
        span("t", f"c{number:03}", at=number, parent_span_id="r", name=f"c{number:03}", **said)
    response = trace_page(query={"find": "needle"})
    assert hits(response) == ["c003", "c125"] and chosen(response) == "c003"


def test_lines_that_are_fetched_later_are_marked_as_well(trace_page, span):
    span("t", "r", name="root")
    for number in range(130):
        span("t", f"c{number:03}", at=number, parent_span_id="r", name=f"c{number:03}")
    more = {"of": "r", "offset": "100", "find": "c12"}
    assert hits(trace_page(query=more, **{"HX-Request": "true"})) == [f"c12{n}" for n in range(10)]


@pytest.mark.usefixtures("refund")
@pytest.mark.parametrize("query", [{"mark": "nothing"}, {"find": "  "}, {"view": "<b>"}])
def test_what_asks_for_nothing_known_is_as_if_not_asked(trace_page, query):
    response = trace_page(query=query)
    assert response.status_code == 200 and not hits(response) and chosen(response) == "notify"


@pytest.mark.parametrize("text", ["'", "\\", "%", "_", "{x}", "\0", "')) OR 1=1 --", "🎉" * 300])
def test_any_text_can_be_looked_for(trace_page, span, text):
    span("t", "r", name="root")
    assert trace_page(query={"find": text}).status_code == 200


def test_what_was_replaced_or_deleted_is_not_found(trace_page, span):
    span("t", "r", name="root", input="needle", version=1)
    span("t", "r", name="root", input="straw", version=2)
    span("t", "x", name="gone", input="needle", version=1)
    span("t", "x", name="gone", version=2, is_deleted=True)
    assert not hits(trace_page(query={"find": "needle"}))

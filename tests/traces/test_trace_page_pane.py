"""What the page of a trace tells of the span that is open."""

import json
import re

import pytest

from tests.traces.shown import text_of

PANE = {"HX-Request": "true", "HX-Target": "pane"}


def test_a_conversation_is_shown_by_role_with_each_result_beside_its_call(trace_page, span):
    asked = [
        {"role": "system", "content": "Be **kind**."},
        {"role": "user", "content": "주문 7은요?"},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c1", "function": {"name": "lookup", "arguments": '{"order": 7}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"status": "paid"}'},
    ]
    span(
        "t",
        "g",
        type="GENERATION",
        input=json.dumps(asked),
        output=json.dumps({"role": "assistant", "content": "Paid."}),
    )
    html = trace_page().content.decode()
    assert "<strong>kind</strong>" in html
    roles = re.findall(r'class="msg role-(\w+)"', html)
    assert roles == ["system", "user", "assistant", "assistant"]
    assert html.index("lookup") < html.index("paid") < html.index("Paid.")


def test_a_text_runs_the_way_its_letters_do(trace_page, span):
    span("t", "g", type="GENERATION", name="مرحبا", input="مرحبا بالعالم", output="안녕하세요")
    html = trace_page().content.decode()
    texts = re.findall(r'class="prose[^"]*" dir="auto">(?:<p>)?(\w+)', html)
    assert texts == ["مرحبا", "안녕하세요"]
    assert re.search(r'class="main clip" dir="auto"[^>]*>مرحبا<', html)


def test_where_a_cost_comes_from_is_said(trace_page, span):
    span(
        "t",
        "a",
        type="GENERATION",
        model="gpt-4o",
        total_cost="0.0048",
        price_id="gpt-4o@2026-10-02",
    )
    span("t", "b", type="GENERATION", model="gpt-4o", total_cost="0.1", cost_source="sent")
    assert "computed · gpt-4o@2026-10-02" in " ".join(
        text_of(trace_page(query={"span": "a"}, **PANE)).split()
    )
    assert "as sent" in text_of(trace_page(query={"span": "b"}, **PANE))


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ("no price is known for acme-7b", {"model": "acme-7b", "usage": {"input": 9}}),
        ("no tokens were sent", {"model": "gpt-4o"}),
        ("no model was named", {"usage": {"input": 9}}),
        ("has no rate for some", {"model": "m", "usage": {"x": 9}, "price_id": "m@2026-10-02"}),
        ("out of range", {"model": "gpt-4o", "marks": ["cost_out_of_range"]}),
    ],
)
def test_what_an_unknown_cost_lacks_is_said(trace_page, span, said, fields):
    span("t", "a", type="GENERATION", cost_source="unknown", **fields)
    assert said in text_of(trace_page(query={"span": "a"}, **PANE))


def test_speeds_and_usage_are_shown(trace_page, span, now):
    span(
        "t",
        "g",
        took=2,
        type="GENERATION",
        completion_start_time=now + 10**9,
        input_tokens=100,
        output_tokens=94,
        total_tokens=194,
        usage={"input": 20, "input_cached_tokens": 80, "output": 94},
    )
    text = text_of(trace_page(query={"span": "g"}, **PANE))
    assert "1.00 s to the first token" in text and "94 tokens/s" in text
    assert "input_cached_tokens" in text and "100 in · 94 out" in text


def test_roll_ups_tell_own_from_all_below(trace_page, span):
    span("t", "r", took=10, name="root")
    span("t", "a", at=1, took=4, parent_span_id="r", total_cost="1", total_tokens=5)
    span("t", "b", at=6, took=1, parent_span_id="r", cost_source="unknown", total_tokens=2)
    text = text_of(trace_page(query={"span": "r"}, **PANE))
    assert "(5.00 s of its own)" in text
    assert "3 spans" in text and "≥ $1.00" in text and "7 tokens" in text


def test_time_in_which_nothing_known_ran_is_said_and_drawn(trace_page, span):
    span("t", "r", took=10, name="root")
    span("t", "a", at=1, took=4, parent_span_id="r", name="step")
    page = trace_page(query={"span": "r"})
    assert "6.00 s in 2 stretches" in text_of(page)
    assert page.content.decode().count('class="hollow"') == 2
    assert "Missing time" not in text_of(trace_page(query={"span": "a"}, **PANE))


def test_a_line_of_the_tree_tells_on_hover_what_its_span_did(trace_page, span, now):
    span("t", "r", took=10, name="root", status_message="all\nthat was said " * 9)
    call = {"type": "GENERATION", "completion_start_time": now + 2 * 10**9, "output_tokens": 60}
    span("t", "a", at=1, took=4, parent_span_id="r", name="ask", total_cost="0.5", **call)
    span("t", "b", at=6, took=1, parent_span_id="r", name="again", cost_source="unknown")
    hovers = re.findall(
        r'data-span-link href="[^"]*" title="([^"]*)"', trace_page().content.decode()
    )
    root, ask, again = (hover.split("\n") for hover in hovers)
    assert root[:3] == [
        "root · Span",
        "10.0 s, 5.00 s of its own",
        "With all below: 3 spans · ≥ $0.5000 · 60 tokens",
    ]
    assert root[3].startswith("all that was said all that")
    assert ask == [
        "ask · Generation",
        "4.00 s",
        "Cost $0.5000",
        "60 tokens",
        "1.00 s to the first token · 20 tokens/s",
    ]
    assert "Cost unknown" in again


def test_marks_on_a_row_are_explained(trace_page, span):
    span("t", "r", marks=["clock_suspect", "cost_out_of_range", "brand_new_mark"])
    text = text_of(trace_page())
    assert "clock looks wrong" in text and "brand new mark" in text
    assert "no amount that a call can cost" in text and "cost out of range" not in text


def test_what_was_said_of_the_trace_itself_has_its_own_pane(trace_page, span):
    span("t", "r", name="root")
    span(
        "t",
        "",
        took=None,
        type="TRACE",
        trace_input="stated input",
        trace_metadata={"channel": "web"},
    )
    assert "The trace itself" in text_of(trace_page())
    assert "stated input" in text_of(trace_page(query={"span": "trace"}, **PANE))
    assert "channel" in text_of(trace_page(query={"span": "trace", "tab": "attributes"}, **PANE))


def test_json_is_folded_and_says_how_much_more_there_is(trace_page, span):
    span("t", "r", type="TOOL", input=json.dumps({"rows": [{"n": n} for n in range(2000)]}))
    html = trace_page().content.decode()
    assert html.count("json-line") < 700 and "more: show" in html
    assert (
        trace_page(query={"span": "r", "lines": "20000"}, **PANE)
        .content.decode()
        .count("json-line")
        > 1900
    )


def test_a_very_long_text_is_cut_and_says_so(trace_page, span):
    span("t", "r", type="GENERATION", input="가" * 30_000)
    assert "10,000 more characters" in text_of(trace_page())
    assert text_of(trace_page(query={"span": "r", "tab": "raw"}, **PANE)).count("가") >= 1


def test_every_tab_has_its_address(trace_page, span, score):
    span(
        "t",
        "r",
        name="root",
        input="in",
        output="out",
        metadata={"team": "ops"},
        attributes={"http.route": "/v1"},
        resource_attributes={"host.name": "web-1"},
        links=json.dumps([{"trace_id": "other", "span_id": "x"}]),
        events=json.dumps(
            [{"name": "cache miss", "time": 1_800_000_000_000_000_000, "attributes": {"key": "k1"}}]
        ),
    )
    score("t", "faithful", 0.92, comment="well grounded")
    shown = {
        tab: text_of(trace_page(query={"span": "r", "tab": tab}, **PANE))
        for tab in ("messages", "raw", "attributes", "events", "scores")
    }
    assert "in" in shown["messages"] and "out" in shown["raw"]
    assert (
        "team" in shown["attributes"]
        and "/v1" in shown["attributes"]
        and "web-1" in shown["attributes"]
    )
    assert (
        "cache miss" in shown["events"] and "k1" in shown["events"] and "other" in shown["events"]
    )
    assert "0.92" in shown["scores"] and "well grounded" in shown["scores"]

import json
import re

import pytest
from django.urls import reverse

PANE = {"HX-Request": "true", "HX-Target": "pane"}
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def look(client, project, owner):
    client.force_login(owner)

    def get(trace_id="t", query=None, **headers):
        return client.get(
            reverse("trace-page", args=[project.id, trace_id]), query or {}, headers=headers
        )

    return get


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def pane_of(response) -> str:
    return re.sub(r"<[^>]+>", " ", response.content.decode().partition('id="pane"')[2])


def spans_of(response) -> list[tuple[int, str]]:
    """Level and name of each line of the tree."""
    html = response.content.decode()
    return [
        (int(level), name)
        for level, name in re.findall(
            r'class="node [^"]*" aria-level="(\d+)".*?class="main clip[^>]*>([^<]*)</a>',
            html,
            re.DOTALL,
        )
    ]


def test_the_page_shows_facts_tree_and_the_first_error(look, span):
    span(
        "t",
        "r",
        took=6.02,
        name="support-agent",
        type="AGENT",
        user_id="ann",
        session_id="s-1",
        release="r9",
        level="ERROR",
    )
    span(
        "t",
        "g",
        at=0.2,
        took=2,
        parent_span_id="r",
        name="plan",
        type="GENERATION",
        model="gpt-4o",
        input_tokens=6212,
        output_tokens=822,
        total_tokens=7034,
        total_cost="0.0411",
    )
    span(
        "t",
        "x",
        at=3,
        took=1,
        parent_span_id="r",
        name="refund_payment",
        type="TOOL",
        level="ERROR",
        status_message="timed out after 5000 ms",
        events=json.dumps(
            [
                {
                    "name": "exception",
                    "time": 5,
                    "attributes": {
                        "exception.type": "ToolTimeout",
                        "exception.message": "timed out",
                        "exception.stacktrace": "Traceback: here",
                    },
                }
            ]
        ),
    )
    response = look()
    text = text_of(response)
    for fact in ("6.02 s", "$0.0411", "6,212 → 822", "ann", "s-1", "r9"):
        assert fact in text
    assert spans_of(response) == [(1, "support-agent"), (2, "plan"), (2, "refund_payment")]
    pane = pane_of(response)
    assert (
        "timed out after 5000 ms" in pane
        and "ToolTimeout: timed out" in pane
        and "Traceback: here" in pane
    )


def test_any_span_opens_by_its_address_with_and_without_javascript(look, span):
    span("t", "r", name="root", input="the question")
    span("t", "g", parent_span_id="r", name="inner", output="the answer")
    assert "the answer" in pane_of(look(query={"span": "g"}))
    fragment = look(query={"span": "g"}, **PANE)
    assert "the answer" in text_of(fragment) and "<html" not in fragment.content.decode()


def test_every_tab_has_its_address(look, span, score):
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
        tab: text_of(look(query={"span": "r", "tab": tab}, **PANE))
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


def test_a_conversation_is_shown_by_role_with_each_result_beside_its_call(look, span):
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
    html = look().content.decode()
    assert "<strong>kind</strong>" in html
    roles = re.findall(r'class="msg role-(\w+)"', html)
    assert roles == ["system", "user", "assistant", "assistant"]
    assert html.index("lookup") < html.index("paid") < html.index("Paid.")


def test_where_a_cost_comes_from_is_said(look, span):
    span(
        "t",
        "a",
        type="GENERATION",
        model="gpt-4o",
        total_cost="0.0048",
        price_id="gpt-4o@2026-10-02",
    )
    span("t", "b", type="GENERATION", model="gpt-4o", total_cost="0.1", cost_source="sent")
    span("t", "c", type="GENERATION", model="acme-7b", cost_source="unknown")
    assert "computed · gpt-4o@2026-10-02" in " ".join(
        text_of(look(query={"span": "a"}, **PANE)).split()
    )
    assert "as sent" in text_of(look(query={"span": "b"}, **PANE))
    assert "no price is known for acme-7b" in text_of(look(query={"span": "c"}, **PANE))


def test_speeds_and_usage_are_shown(look, span, now):
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
    text = text_of(look(query={"span": "g"}, **PANE))
    assert "1.00 s to the first token" in text and "94 tokens/s" in text
    assert "input_cached_tokens" in text and "100 in · 94 out" in text


def test_roll_ups_tell_own_from_all_below(look, span):
    span("t", "r", took=10, name="root")
    span("t", "a", at=1, took=4, parent_span_id="r", total_cost="1", total_tokens=5)
    span("t", "b", at=6, took=1, parent_span_id="r", cost_source="unknown", total_tokens=2)
    text = text_of(look(query={"span": "r"}, **PANE))
    assert "(5.00 s of its own)" in text
    assert "3 spans" in text and "≥ $1.00" in text and "7 tokens" in text


def test_marks_on_a_row_are_explained(look, span):
    span("t", "r", marks=["clock_suspect", "brand_new_mark"])
    text = text_of(look())
    assert "clock looks wrong" in text and "brand new mark" in text


def test_errors_are_stepped_through_in_the_order_of_the_tree(look, span):
    span("t", "r")
    for number in range(3):
        span("t", f"e{number}", at=number + 1, parent_span_id="r", level="ERROR")
    html = look(query={"span": "e1"}).content.decode()
    assert "Error 2 of 3" in html
    assert re.search(r'data-keys="p"[^>]*href="\?span=e0', html) and re.search(
        r'data-keys="n"[^>]*href="\?span=e2', html
    )


def test_what_was_said_of_the_trace_itself_has_its_own_pane(look, span):
    span("t", "r", name="root")
    span(
        "t",
        "",
        took=None,
        type="TRACE",
        trace_input="stated input",
        trace_metadata={"channel": "web"},
    )
    assert "The trace itself" in text_of(look())
    assert "stated input" in text_of(look(query={"span": "trace"}, **PANE))
    assert "channel" in text_of(look(query={"span": "trace", "tab": "attributes"}, **PANE))


def test_json_is_folded_and_says_how_much_more_there_is(look, span):
    span("t", "r", type="TOOL", input=json.dumps({"rows": [{"n": n} for n in range(2000)]}))
    html = look().content.decode()
    assert html.count("json-line") < 700 and "more: show" in html
    assert (
        look(query={"span": "r", "lines": "20000"}, **PANE).content.decode().count("json-line")
        > 1900
    )


def test_a_very_long_text_is_cut_and_says_so(look, span):
    span("t", "r", type="GENERATION", input="가" * 30_000)
    assert "10,000 more characters" in text_of(look())
    assert text_of(look(query={"span": "r", "tab": "raw"}, **PANE)).count("가") >= 1


@pytest.mark.parametrize("trace_id", ["nothing", "a/b/c", "t?x", "한글", "x" * 800])
def test_a_trace_that_is_not_there_says_what_to_do(look, trace_id):
    response = look(trace_id)
    assert response.status_code == 404 and "No trace has this id" in text_of(response)


@pytest.mark.parametrize("trace_id", ["a/b", "한글 id", "50%", "a?b#c"])
def test_ids_of_any_letters_have_pages(look, span, trace_id):
    span(trace_id, "r/1?", name="found")
    response = look(trace_id)
    assert response.status_code == 200 and "found" in text_of(response)


def test_a_span_that_is_not_there_is_said_without_losing_the_tree(look, span):
    span("t", "r", name="root")
    assert "No such span" in text_of(look(query={"span": "gone"}, **PANE))
    assert spans_of(look(query={"span": "gone"})) == [(1, "root")]


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("/project/{id}", "/projects/{id}/traces"),
        ("/project/{id}/traces", "/projects/{id}/traces"),
        ("/project/{id}/traces/t%2F1?observation=s%2F1", "/projects/{id}/traces/t/1?span=s%2F1"),
        ("/project/{id}/traces/abc?timestamp=2026", "/projects/{id}/traces/abc"),
        ("/project/{id}/sessions/s%201", "/projects/{id}/sessions/one?id=s%201"),
        ("/project/{id}/users/u", "/projects/{id}/users/one?id=u"),
    ],
)
def test_the_addresses_that_langfuse_prints_lead_here(client, owner, project, url, leads_to):
    client.force_login(owner)
    response = client.get(url.format(id=project.id))
    assert (response.status_code, response["Location"]) == (302, leads_to.format(id=project.id))


def test_a_total_of_tokens_that_was_said_alone_is_the_same_on_list_and_page(
    look, span, client, project
):
    span("t", "g", type="GENERATION", total_tokens=12_345, session_id="s", user_id="u")
    pages = [look(), client.get(reverse("trace-list", args=[project.id]))]
    pages += [
        client.get(reverse(name, args=[project.id])) for name in ("session-list", "user-list")
    ]
    for page in pages:
        assert "12,345" in text_of(page)

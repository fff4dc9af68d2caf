"""A trace as one conversation."""

import json

import pytest

from tests.traces.shown import text_of
from traces.queries.talk import calls_of
from traces.queries.trace import locate
from traces.render.messages import Pairing
from traces.render.thread import MAX_MESSAGES, Call, thread_of

SYSTEM = {"role": "system", "content": "Be kind."}
USER = {"role": "user", "content": "Where is order 7?"}
ASK = {
    "role": "assistant",
    "tool_calls": [{"id": "c1", "function": {"name": "lookup", "arguments": '{"order": 7}'}}],
}
TOLD = {"role": "tool", "tool_call_id": "c1", "content": '{"status": "paid"}'}
ANSWER = {"role": "assistant", "content": "It is paid."}


def call(span_id, start, told, said, type_="GENERATION", name="chat"):
    def text(value):
        return value if isinstance(value, str) else json.dumps(value)

    return Call(span_id, name, type_, start, text(told), text(said))


def lines(*calls) -> list[tuple[str, str]]:
    """Role and text, or the called tool, of each message."""
    found = []
    for said in thread_of(list(calls)).said:
        for part in said.message.parts:
            found.append((said.message.role, part.name or part.text))
    return found


def test_what_a_model_is_told_again_is_shown_once():
    first = call("a", 1, [SYSTEM, USER], ASK)
    second = call("b", 5, [SYSTEM, USER, ASK, TOLD], ANSWER)
    assert lines(first, second) == [
        ("system", "Be kind."),
        ("user", "Where is order 7?"),
        ("assistant", "lookup"),
        ("assistant", "It is paid."),
    ]


def test_a_tools_result_stands_beside_its_call_though_it_came_with_a_later_one():
    first, second = call("a", 1, [USER], ASK), call("b", 5, [USER, ASK, TOLD], ANSWER)
    said = thread_of([first, second]).said
    [asked] = [one for one in said if one.message.parts[0].kind == "tool_call"]
    assert [line.text for line in asked.message.parts[0].result.lines if line.key == "status"]
    assert [one.span_id for one in said] == ["a", "a", "b"]


def test_a_result_that_no_message_tells_comes_from_the_tools_own_span():
    tools = [
        call("x", 0, "{}", "too early", "TOOL", "lookup"),
        call("y", 3, "{}", "found it", "TOOL", "lookup"),
    ]
    said = thread_of([tools[0], call("a", 1, [USER], ASK), tools[1]]).said
    assert said[-1].message.parts[0].result.text == "found it"


def test_what_was_really_said_twice_stands_twice():
    yes = {"role": "user", "content": "yes"}
    first = call("a", 1, [yes], {"role": "assistant", "content": "sure?"})
    second = call("b", 2, [yes, {"role": "assistant", "content": "sure?"}, yes], "done")
    assert [text for _role, text in lines(first, second)] == ["yes", "sure?", "yes", "done"]


def test_plain_texts_are_question_and_answer():
    assert lines(call("a", 1, "hello", "hi there")) == [
        ("user", "hello"),
        ("assistant", "hi there"),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": 1}', "[[[[]]]]", '[{"role": 5}]'])
def test_what_is_no_conversation_breaks_nothing(text):
    thread = thread_of([call("a", 1, text, text), call("b", 2, text, text, "TOOL")])
    assert thread.hidden == 0 and len(thread.said) <= 4


def test_a_very_long_conversation_shows_its_end_and_says_so():
    messages = [{"role": "user", "content": f"message {n}"} for n in range(500)]
    thread = thread_of([call("a", 1, messages, "the end")])
    assert (len(thread.said), thread.hidden) == (400, 101)
    assert thread.said[-1].message.parts[0].text == "the end"


def test_the_page_shows_the_conversation_with_links_to_its_spans(trace_page, span):
    span("t", "r", took=9, name="agent", type="AGENT")
    model = {"parent_span_id": "r", "type": "GENERATION"}
    span("t", "a", at=1, name="first", input=json.dumps([USER]), output=json.dumps(ASK), **model)
    span("t", "x", at=2, parent_span_id="r", type="TOOL", name="lookup", output="<b>paid</b>")
    again = json.dumps([USER, ASK, TOLD])
    span("t", "b", at=3, name="second", input=again, output=json.dumps(ANSWER), **model)
    page = trace_page(query={"view": "talk", "span": "r"})
    html, text = page.content.decode(), text_of(page)
    talk = html[html.index('<div class="talk"') : html.index('id="pane"')]
    assert talk.count("Where is order 7?") == 1
    assert talk.index("first") < talk.index("lookup") < talk.index("paid") < talk.index("second")
    assert 'data-span-link href="?span=b&amp;tab=messages&amp;view=talk"' in talk
    assert "It is paid." in text


def test_a_trace_without_model_calls_shows_what_its_root_was_asked_and_answered(trace_page, span):
    span("t", "r", name="agent", input="the question", output="the answer")
    span("t", "x", at=1, parent_span_id="r", type="TOOL", name="tool", output="not said")
    talk = (
        trace_page(query={"view": "talk", "span": "x"}).content.decode().partition('id="pane"')[0]
    )
    assert "the question" in talk and "the answer" in talk and "not said" not in talk


def test_a_trace_that_says_nothing_and_an_input_too_long_are_told(trace_page, span):
    span("t", "r", name="agent")
    assert "No conversation" in text_of(trace_page(query={"view": "talk"}))
    long = json.dumps([{"role": "user", "content": "x" * 100_001}])
    span("t", "g", at=1, type="GENERATION", input=long, output="short")
    page = text_of(trace_page(query={"view": "talk", "span": "r"}))
    assert "1 input is too long to be read here" in page and "short" in page


def test_each_call_of_a_tool_takes_the_next_of_its_spans():
    ask = [{**ASK, "tool_calls": [{**ASK["tool_calls"][0], "id": f"c{n}"}]} for n in range(2)]
    tools = [call(f"t{n}", 10 * n + 3, "{}", f"found {n}", "TOOL", "lookup") for n in range(2)]
    chats = [call("a", 1, [USER], ask[0]), call("b", 11, [USER, ask[0]], ask[1])]
    said = thread_of([chats[0], tools[0], chats[1], tools[1]]).said
    results = [
        part.result.text or part.result.lines[0].text
        for one in said
        for part in one.message.parts
        if part.kind == "tool_call"
    ]
    assert [text.strip('"') for text in results] == ["found 0", "found 1"]


def test_the_parts_of_a_long_conversation_are_gone_through_once(monkeypatch):
    made = []

    class Counted(Pairing):
        def __init__(self, among):
            made.append(None)
            super().__init__(among)

    monkeypatch.setattr("traces.render.thread.Pairing", Counted)
    told = [{"role": "user", "content": str(n)} for n in range(MAX_MESSAGES + 50)]
    thread = thread_of([call("a", 1, told, ANSWER)])
    assert (len(made), len(thread.said), thread.hidden) == (1, MAX_MESSAGES, 51)


def test_of_very_much_text_only_so_much_is_taken_apart(span, project, monkeypatch):
    monkeypatch.setattr("traces.queries.talk.MAX_ALL_TEXT", 50)
    for number in range(3):
        span("t", f"{number}", at=number, type="GENERATION", input="x" * 30, output="y" * 10)
    found = calls_of(project.id, "t", locate(project.id, "t"))
    texts = [(len(one.input), len(one.output)) for one in found.calls]
    assert (texts, found.too_long) == ([(30, 10), (0, 10), (0, 0)], 2)

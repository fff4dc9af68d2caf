"""Taking a trace away as a file, and a model call as a request."""

import json
import shlex

import pytest
from django.urls import reverse

from tests.traces.shown import text_of
from traces.queries.trace import locate
from traces.queries.whole import row_places, whole_rows
from traces.render.request import request_of

PANE = {"HX-Request": "true", "HX-Target": "pane"}
ASKED = [
    {"role": "system", "content": "Be kind. It's so."},
    {"role": "user", "content": [{"type": "text", "text": "$(rm -rf /) `x` 환불"}]},
    {
        "role": "assistant",
        "tool_calls": [{"id": "c1", "function": {"name": "look", "arguments": '{"n": 7}'}}],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "paid"},
]


@pytest.fixture
def fetch(client, project, owner):
    def get(trace_id, form, person=owner):
        client.force_login(person)
        url = reverse("trace-file", args=[project.id])
        response = client.get(url, {"trace": trace_id, "as": form})
        if response.status_code == 200:
            response.body = b"".join(response.streaming_content).decode()
        return response

    return get


@pytest.fixture
def trace(span) -> str:
    trace_id = "ab" * 16
    span(trace_id, "11" * 8, name="agent", took=5, user_id="ann", tags=["vip"])
    usage = {"usage": {"input": 5, "output": 2, "total": 7}, "input_tokens": 5, "output_tokens": 2}
    said = {"input": json.dumps(ASKED, ensure_ascii=False), "output": "**네**", "model": "gpt-4o"}
    inside = {"parent_span_id": "11" * 8, "type": "GENERATION"}
    span(trace_id, "22" * 8, at=1, name="ask", level="ERROR", **inside, **said, **usage)
    span(trace_id, "", took=None, type="TRACE", trace_name="whole", trace_input="stated")
    return trace_id


def rows_of(project, trace_id) -> list[dict]:
    places = row_places(project.id, trace_id, locate(project.id, trace_id))
    return [row for rows in whole_rows(project.id, trace_id, places) for row in rows]


def test_the_otlp_file_sent_to_another_project_makes_the_same_trace(
    fetch, trace, client, auth, project, organisation
):
    from accounts.keys import create_key
    from accounts.models import Project

    file = fetch(trace, "otlp")
    assert file["Content-Disposition"] == f'attachment; filename="{trace}.otlp.json"'
    other = Project.objects.create(organisation=organisation, name="Other")
    made = create_key(other)
    pair = type("Pair", (), {"public_key": made.key.public_key, "secret_key": made.secret_key})
    sent = client.post("/v1/traces", file.body, content_type="application/json", headers=auth(pair))
    assert sent.status_code == 200
    before, after = (
        [
            {name: row[name] for name in ("span_id", "parent_span_id", "name", "type", "level",
             "input", "output", "usage", "model", "start_time", "end_time")}
            for row in rows_of(one, trace)
            if row["span_id"]
        ]
        for one in (project, other)
    )  # fmt: skip
    assert after == before
    [root] = [row for row in rows_of(other, trace) if row["is_root"] or not row["parent_span_id"]]
    assert (root["trace_name"], root["trace_input"], root["tags"]) == ("whole", "stated", ["vip"])


def test_sondes_own_json_is_what_the_api_tells(fetch, trace, score, client, auth, api_key):
    score(trace, "tone", 0.5)
    told = json.loads(fetch(trace, "sonde").body)
    api = client.get(f"/api/v1/traces/{trace}", headers=auth(api_key)).json()
    for name in ("id", "name", "user_id", "spans", "stated", "scores", "total_tokens"):
        assert told[name] == api[name], name


@pytest.mark.parametrize("form", ["otlp", "sonde"])
@pytest.mark.parametrize("bound", ["MOST_ROWS", "MOST_BYTES"])
def test_a_long_trace_is_sent_whole(fetch, span, monkeypatch, form, bound):
    monkeypatch.setattr(f"traces.queries.whole.{bound}", 3)
    for number in range(7):
        span("a/b c", f"{number:016x}", at=number, input="long")
    file = fetch("a/b c", form)
    assert f'filename="a-b-c.{form}.json"' in file["Content-Disposition"]
    told = json.loads(file.body)
    spans = told.get("spans") or [
        span
        for one in told["resourceSpans"]
        for scope in one["scopeSpans"]
        for span in scope["spans"]
    ]
    ids = [span.get("spanId") or span["id"] for span in spans]
    assert ids == [f"{number:016x}" for number in range(7)]


def test_long_texts_are_read_a_portion_at_a_time(span, project, monkeypatch):
    monkeypatch.setattr("traces.queries.whole.MOST_BYTES", 10)
    for number, length in enumerate([4, 4, 4, 30, 1]):
        span("t", f"{number}", at=number, input="x" * length)
    places = row_places(project.id, "t", locate(project.id, "t"))
    read = [[row["span_id"] for row in rows] for rows in whole_rows(project.id, "t", places)]
    assert read == [["0", "1"], ["2"], ["3"], ["4"]]


@pytest.mark.parametrize("form", ["otlp", "sonde"])
def test_a_trace_of_which_only_was_stated_is_a_file_too(fetch, span, form):
    span("t", "", took=None, type="TRACE", trace_name="named")
    assert json.loads(fetch("t", form).body)


def test_a_file_of_nothing_or_for_a_stranger_is_not_there(fetch, trace, stranger, viewer):
    assert fetch("gone", "otlp").status_code == 404
    assert fetch(trace, "exe").status_code == 404
    assert fetch(trace, "otlp", stranger).status_code == 404
    assert fetch(trace, "otlp", viewer).status_code == 200


def row(**values) -> dict:
    given = {"type": "GENERATION", "input": json.dumps(ASKED), "model": "gpt-4o"}
    plain = {"model_parameters": {}, "tool_definitions": ""}
    made = {**plain, **given, **values}
    return {"input_length": len(made["input"]), **made}


def body_of(request) -> dict:
    """What a shell would send."""
    words = shlex.split(request.curl.replace("\\\n", " "))
    return json.loads(words[words.index("-d") + 1])


def test_settings_nested_too_deep_for_a_printer_are_no_request():
    deep = "[" * 900 + "]" * 900
    assert request_of(row(model_parameters={"response_format": deep})) is None


def test_curl_sends_what_was_sent_and_runs_nothing_of_it():
    body = body_of(request_of(row()))
    assert body["model"] == "gpt-4o"
    assert body["messages"][0] == {"role": "system", "content": "Be kind. It's so."}
    assert body["messages"][1] == {"role": "user", "content": "$(rm -rf /) `x` 환불"}
    assert body["messages"][2]["tool_calls"][0]["function"] == {
        "name": "look",
        "arguments": '{"n": 7}',
    }
    assert body["messages"][3] == {"role": "tool", "tool_call_id": "c1", "content": "paid"}


def test_python_says_the_same_and_can_be_read():
    import ast

    made = request_of(row(model_parameters={"temperature": "0.1"}))
    call = next(
        node
        for node in ast.walk(ast.parse(made.python))
        if isinstance(node, ast.Call) and any(one.arg == "messages" for one in node.keywords)
    )
    told = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    assert told == body_of(made) and told["temperature"] == 0.1


def test_settings_are_taken_by_name_and_keys_never():
    said = {"maxTokens": "9", "api_key": "sk-secret", "stop": '["x"]', "Authorization": "Bearer x"}
    tool = {"name": "look", "description": "", "parameters": {"type": "object"}}
    made = request_of(row(model_parameters=said, tool_definitions=json.dumps([tool])))
    body = body_of(made)
    assert (body["max_tokens"], body["stop"]) == (9, ["x"])
    assert body["tools"] == [{"type": "function", "function": tool}]
    assert "sk-secret" not in made.curl + made.python and "Bearer x" not in made.curl
    assert "$OPENAI_API_KEY" in made.curl


@pytest.mark.parametrize(
    "values", [{"type": "SPAN"}, {"input": ""}, {"input": '{"a": 1}'}, {"input_length": 10**6}]
)
def test_what_is_no_call_or_was_cut_makes_no_request(values):
    assert request_of(row(**values)) is None


def test_a_file_in_a_message_is_said_to_be_left_out():
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    content = [{"type": "text", "text": "what is this?"}, image]
    made = request_of(row(input=json.dumps([{"role": "user", "content": content}])))
    assert made.has_media and body_of(made)["messages"][0]["content"] == "what is this?"


def test_the_tab_stands_with_model_calls_alone(trace_page, trace):
    page = trace_page(trace, {"span": "22" * 8, "tab": "call"}, **PANE)
    text = text_of(page)
    assert "chat/completions" in text and "client.chat.completions.create" in text
    assert "tab=call" not in trace_page(trace, {"span": "11" * 8}, **PANE).content.decode()

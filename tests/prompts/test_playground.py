"""Runs in the playground: against a provider on loopback, streamed, judged, priced and kept."""

import json
import logging
import threading

import pytest
from django.urls import reverse

from tests.llm.connected import KEY
from tests.llm.stand_in import answers, one_word_then_waits, refuses
from tests.prompts.played import SCHEMA, state_of, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clickhouse_schema")]


def test_without_a_connection_the_page_says_what_to_do(play, client, admin, project):
    page = play.page().content.decode()
    assert "No model to run yet" in page and "Ask an admin" in page
    client.force_login(admin)
    assert reverse("llm-connection-create", args=[project.id]) in play.page().content.decode()


def test_an_answer_is_streamed_with_its_figures_and_cost(play, column, provider, caplog):
    caplog.set_level(logging.INFO)
    provider.will(answers("안녕 ", "Minsu!", thought="A greeting."))
    told = play.told(column(), variables={"name": "Minsu"})
    assert provider.asked[0].body["messages"] == [{"role": "user", "content": "Greet Minsu."}]
    assert [one.get("text") for one in told if one["kind"] == "text"] == ["안녕 ", "Minsu!"]
    assert [one["text"] for one in told if one["kind"] == "thought"] == ["A greeting."]
    end = told[-1]
    assert (end["kind"], end["failed"], end["column"]) == ("end", False, 0)
    assert "42 → 17" in end["html"] and "$0.0000156" in end["html"]
    assert "<$0.0001" in end["html"].replace("&lt;", "<")
    assert "gpt-4o-mini-2024-07-18" in end["html"]
    assert "playground_run" in caplog.text
    for secret in (KEY, "Minsu", "안녕"):
        assert secret not in caplog.text


def test_columns_run_side_by_side_and_one_failure_is_its_own(play, column, provider):
    provider.will(answers("one"))
    told = play.told(
        column(), column(model="other"), column(connection=column()["connection"]), variables={}
    )
    ends = {one["column"]: one for one in told if one["kind"] == "end"}
    assert set(ends) == {0, 1, 2}
    provider.will(refuses(429, {"message": "slow down"}, retry_after="7"))
    told = play.told(column())
    assert told[-1]["failed"]
    assert "Try again in 7 seconds." in told[-1]["html"] and "slow down" in told[-1]["html"]


def test_a_model_without_a_price_and_a_call_without_usage_are_unknown_not_free(
    play, make_connection, column, provider
):
    provider.will(answers("x", usage=False))
    html = play.told(column())[-1]["html"]
    assert html.count("unknown") == 2
    assert "$0" not in html


def test_what_a_model_says_is_text_on_the_page(play, column, provider):
    provider.will(refuses(400, {"message": "<script>alert(1)</script>"}))
    assert "<script>" not in play.told(column())[-1]["html"]


def test_tools_and_their_calls_are_shown(play, column, provider):
    provider.will(answers(calls=(("weather", '{"city":"Seoul"}'),)))
    tool = {"name": "weather", "input_schema": {"type": "object"}, "description": "Tells it."}
    told = play.told(column(tools=json.dumps([tool]), schema=SCHEMA))
    call = next(one for one in told if one["kind"] == "tool_call")
    assert (call["name"], call["arguments"]) == ("weather", '{\n  "city": "Seoul"\n}')
    assert provider.asked[0].body["tools"][0]["function"]["name"] == "weather"
    assert "schema" not in told[-1]["html"]  # what calls a tool is no answer yet


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"city": "Seoul"}', "Meets the schema"),
        ('{"city": 7}', "$.city: 7 is not of type"),
        ("Seoul!", "JSON: "),
    ],
)
def test_an_answer_is_held_against_its_schema(play, column, provider, answer, words):
    provider.will(answers(answer))
    end = play.told(column(schema=SCHEMA))[-1]
    assert words in end["html"]
    assert (end["pretty"] != "") == answer.startswith("{")


def test_chat_versions_take_messages_and_placeholders(play, column, provider):
    messages = [
        {"role": "system", "content": "You are {{who}}."},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": "{{question}} {{missing}}"},
    ]
    history = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello {{who}}"}]
    play.told(
        column(
            type="chat", messages=messages, temperature="0.5", max_tokens="9", extra='{"seed": 1}'
        ),
        variables={"who": "a {{question}}", "question": "Why?"},
        placeholders={"history": json.dumps(history)},
    )
    body = provider.asked[0].body
    assert [one["content"] for one in body["messages"]] == [
        "You are a {{question}}.", "Hi", "Hello {{who}}", "Why? {{missing}}",
    ]  # fmt: skip
    assert (body["temperature"], body["max_tokens"], body["seed"]) == (0.5, 9, 1)


def test_a_draft_includes_other_prompts_in_place(play, column, provider, project):
    version(project, "rules", "Be kind.", labels=["production"])
    play.told(column(text="@@@langfusePrompt:name=rules|label=production@@@ Go."))
    assert provider.asked[0].body["messages"][0]["content"] == "Be kind. Go."
    answer = play.run(column(text="@@@langfusePrompt:name=gone|label=production@@@"))
    assert answer.status_code == 400 and "gone" in answer.json()["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"connection": "nowhere"}, {"model": " "}, {"text": 7}, {"text": "x" * 500_001},
        {"type": "chat", "messages": []}, {"type": "chat", "messages": [{"role": 7}]},
        {"temperature": "hot"}, {"temperature": "11"}, {"temperature": "nan"}, {"top_p": -1},
        {"max_tokens": "0"}, {"max_tokens": "1.5"}, {"max_tokens": "1e400"},
        {"tools": "{"}, {"tools": "[7]"}, {"tools": '[{"name": "x", "parameters": 7}]'},
        {"schema": "[]"}, {"schema": "{}"}, {"extra": "[1]"}, {"extra": '{"a": "\\ud800"}'},
        {"tools": "[" * 100_000}, {"extra": '{"n": ' + "9" * 5000 + "}"},
    ],
)  # fmt: skip
def test_what_cannot_run_is_told_at_its_column_and_nothing_is_asked(play, column, provider, wrong):
    answer = play.run(column(), column(**wrong))
    assert answer.status_code == 400, answer.content
    assert answer.json()["column"] == 1 and answer.json()["error"]
    assert provider.asked == []


@pytest.mark.parametrize(
    "body",
    [
        [], {}, {"columns": []}, {"columns": [{}] * 5}, {"columns": [7]},
        {"columns": [{"place": "x"}]}, {"columns": [{"place": 0}], "variables": {"a": 7}},
        {"columns": [{"place": 0}], "variables": {"a": "\ud800"}},
        {"columns": [{"place": 0}], "placeholders": {"h": "{}"}},
        {"columns": [{"place": 0}], "placeholders": {"h": "[{\"role\": 1}]"}},
    ],
)  # fmt: skip
def test_what_is_no_request_is_a_400(play, column, provider, body):
    assert play.post("run", body).status_code == 400
    assert play.post("fill", body).status_code == 400
    assert play.post("save", body).status_code == 400


def test_only_so_many_pages_are_streamed_to_at_once(play, column, monkeypatch):
    slots = threading.BoundedSemaphore(1)
    monkeypatch.setattr("llm.slots._slots", slots)
    assert play.told(column())[-1]["kind"] == "end"
    first = play.run(column())
    refused = play.run(column())
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    first.close()  # before its first line
    assert slots.acquire(blocking=False)


def test_closing_the_answer_hangs_up_on_the_provider(play, column, provider):
    provider.will(one_word_then_waits)
    response = play.run(column())
    stream = iter(response.streaming_content)
    assert json.loads(next(stream))["text"] == "Once"
    response.close()
    assert provider.hung_up.wait(10)


def test_a_fault_of_ours_is_told_as_ours_and_the_page_is_not_left_waiting(
    play, column, monkeypatch, caplog
):
    from llm import calls

    def faulty(*_):
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(calls, "stream", faulty)
    end = play.told(column())[-1]
    assert end["failed"] and "fault of Sonde’s own" in end["html"]
    assert "playground_fault" in caplog.text


def test_a_run_is_kept_as_a_trace_of_its_own_environment_where_that_is_wished(
    play, column, provider, project, client
):
    from traces.queries.trace import locate, span_detail, span_rows

    tool_call = answers("Well: ", calls=(("weather", '{"city":"Seoul"}'),))
    provider.will(tool_call)
    asked = column(name="greet", version=3, changed=True, tools='[{"name": "weather"}]')
    html = play.told(asked, variables={"name": "Minsu"}, keep=True)[-1]["html"]
    url = html.partition('href="')[2].partition('"')[0]
    trace_id = url.rpartition("/")[2]
    extent = locate(project.id, trace_id)
    [row] = span_rows(project.id, trace_id, extent)
    detail = span_detail(project.id, trace_id, row.span_id, extent)
    assert (detail["environment"], detail["type"]) == ("sonde-playground", "GENERATION")
    assert detail["metadata"] == {"prompt": "greet v3 (changed)"}
    assert (detail["prompt_name"], detail["prompt_version"]) == ("", None)
    assert json.loads(detail["input"]) == [{"role": "user", "content": "Greet Minsu."}]
    assert detail["tool_call_names"] == ["weather"]
    assert detail["cost_source"] == "computed" and detail["total_cost"] > 0
    assert client.get(url).status_code == 200
    opened = state_of(play.page(trace=trace_id))["columns"][0]
    assert opened["messages"] == [{"role": "user", "content": "Greet Minsu."}]
    assert json.loads(opened["tools"])[0]["function"]["name"] == "weather"


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_running_costs_money_so_viewers_and_strangers_may_not(
    play, client, request, column, provider, who
):
    client.force_login(request.getfixturevalue(who))
    assert play.page().status_code == 404
    assert client.get(play.url("playground-version"), {"name": "x"}).status_code == 404
    for what in ("run", "fill", "save"):
        assert play.post(what, {"columns": [column()]}).status_code == 404
    assert provider.asked == []


def test_a_connection_of_another_project_cannot_be_run(play, column, organisation, provider):
    from accounts.models import Project
    from llm.models import LlmConnection

    asked = column()
    other = Project.objects.create(organisation=organisation, name="Other")
    LlmConnection.objects.filter(pk=asked["connection"]).update(project=other)
    assert play.run(asked).status_code == 400
    assert provider.asked == []

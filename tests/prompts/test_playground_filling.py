"""Variables filled from a real call: by reading the template backwards, or by name."""

import json
import time

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from prompts.playground.extraction import matched, named_in, values_of
from prompts.substitution import filled


@pytest.mark.parametrize(
    ("template", "sent", "values"),
    [
        ("Hi {{a}}!", "Hi you!", {"a": "you"}),
        ("{{a}} and {{b}}", "salt and pepper", {"a": "salt", "b": "pepper"}),
        ("{{a}}", "", {"a": ""}),
        ("{{a}}, {{a}}", "x, x", {"a": "x"}),
        ("{{a}}, {{a}}", "x, y", None),
        ("{{a}}{{b}}", "xy", None),
        ("fixed", "fixed", {}),
        ("fixed", "other", None),
        ("{{a}}.", "no stop", None),
        ("aa{{x}}aa", "aaa", None),
    ],
)
def test_a_template_is_read_backwards(template, sent, values):
    assert matched(template, sent) == values


@given(st.lists(st.text("ab {}", max_size=6), min_size=2, max_size=5), st.data())
def test_values_that_are_found_give_back_what_was_sent(fixed, data):
    names = [f"v{number}" for number in range(len(fixed) - 1)]
    template = fixed[0] + "".join(
        f"{{{{{name}}}}}{after}" for name, after in zip(names, fixed[1:], strict=True)
    )
    values = {name: data.draw(st.text("abc", max_size=5)) for name in names}
    sent = filled(template, values)
    found = matched(template, sent)
    assert found is None or filled(template, found) == sent


def test_a_hostile_template_comes_to_an_end():
    """Every way to share out the text would be tried for longer than anybody waits."""
    template = "".join(f"{{{{v{number}}}}}a" for number in range(2_000)) + "!"
    assert matched(template, "a" * 400_000) is None


def test_messages_are_paired_from_both_ends_around_the_placeholder():
    body = [
        {"type": "chatmessage", "role": "system", "content": "You are {{who}}."},
        {"type": "placeholder", "name": "history"},
        {"type": "chatmessage", "role": "user", "content": "Q: {{question}}"},
    ]
    history = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    sent = [{"role": "system", "content": "You are Ada."}, *history]
    values = values_of(body, [*sent, {"role": "user", "content": "Q: why?"}])
    assert values == ({"who": "Ada", "question": "why?"}, {"history": history})
    assert values_of(body, sent[:1])[0] == {"who": "Ada"}
    assert values_of([*body, body[1]], sent) == ({}, {})
    assert values_of("Q: {{question}}", [{"role": "user", "content": "Q: why?"}]) == (
        {"question": "why?"},
        {},
    )


def test_else_what_the_data_calls_by_that_name():
    assert named_in(["a", "b", "c"], '{"a": "1", "b": [2]}', "no JSON", '{"b": 3, "c": null}') == {
        "a": "1",
        "b": "[2]",
        "c": "null",
    }


@pytest.fixture
def ask(client, project, member, clickhouse_schema):
    client.force_login(member)

    def asked(**body):
        return client.post(
            reverse("playground-fill", args=[project.id]),
            json.dumps(body),
            content_type="application/json",
        )

    return asked


def stored(project, **fields) -> str:
    from traces.records import Span
    from traces.writer import insert_spans

    trace_id, now = f"trace-{time.time_ns()}", time.time_ns()
    root = Span(
        project.id, trace_id, "root", now, end_time=now + 9, is_root=True,
        input='{"tone": "warm"}',
    )  # fmt: skip
    call = Span(
        project.id, trace_id, "call", now + 1, end_time=now + 5, parent_span_id="root",
        type="GENERATION", name="answer", **fields,
    )  # fmt: skip
    insert_spans([root, call])
    return trace_id


COLUMN = {"type": "text", "text": "Question: {{question}} ({{tone}}, {{team}})"}


def test_a_trace_fills_the_variables_of_the_columns(ask, project):
    trace_id = stored(
        project,
        input=json.dumps([{"role": "user", "content": "Question: why? (cold, x)"}]),
        metadata={"team": "support"},
    )
    found = ask(trace=trace_id, columns=[COLUMN]).json()
    assert found["variables"] == {"question": "why?", "tone": "cold", "team": "x"}
    assert "answer" in found["told"]
    by_name = [{"type": "text", "text": "{{team}} {{missing}}!"}, {"text": 7}]
    address = f"https://sonde.example/projects/x/traces/{trace_id}?span=call"
    assert ask(trace=address, columns=by_name).json()["variables"] == {"team": "support"}


def test_a_placeholder_is_filled_with_the_messages_in_its_place(ask, project):
    talk = [{"role": "system", "content": "S"}, {"role": "user", "content": "안녕"}]
    trace_id = stored(project, input=json.dumps(talk))
    messages = [{"role": "system", "content": "S"}, {"type": "placeholder", "name": "talk"}]
    found = ask(trace=trace_id, columns=[{"type": "chat", "messages": messages}]).json()
    assert json.loads(found["placeholders"]["talk"]) == [{"role": "user", "content": "안녕"}]


@pytest.mark.parametrize("trace", ["", "nowhere", "a\0b", 7, "/traces/%00", "x" * 5000])
def test_a_trace_that_is_not_there_is_told(ask, trace):
    answer = ask(trace=trace, columns=[COLUMN])
    assert answer.status_code == 400 and "There is no such trace" in answer.json()["error"]


def test_a_trace_of_another_project_is_not_there(ask, project, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    trace_id = stored(other, input="secret")
    assert ask(trace=trace_id, columns=[COLUMN]).status_code == 400

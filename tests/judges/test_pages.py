"""The pages of evaluators, from the library to how good a judge is."""

import re

import pytest
from django.urls import reverse

from evals.judges import evaluators, library
from evals.judges.models import Evaluator, Execution, Pace, PastRun, State
from tests.judges.conftest import said
from tests.llm.stand_in import answers, refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, project, member):
    """`page("evaluator-page", one.pk)`: the text that a member gets."""
    client.force_login(member)

    def got(name, *args, code=200, headers=None, **query):
        url = reverse(name, args=[project.id, *args])
        response = client.get(url, query, headers=headers or {})
        assert response.status_code == code, response.content.decode()[-1500:]
        return response.content.decode()

    return got


@pytest.fixture
def post(client, project, member):
    client.force_login(member)

    def sent(name, *args, data=None, **options):
        return client.post(reverse(name, args=[project.id, *args]), data or {}, **options)

    return sent


@pytest.fixture
def filled(project, make_connection):
    """What the editor sends, with changes."""

    def fields(**changes) -> dict:
        known = project.llm_connections.first()
        connection = known or make_connection(model_names=["gpt-4o-mini"])
        return {
            "name": "correct", "system": "You judge.", "user": "Q {{question}} A {{answer}}",
            "variable": ["question", "answer"], "source": ["input", "output"], "path": ["", ""],
            "kind": "numeric", "least": "0", "most": "1", "connection": connection.pk,
            "model": "gpt-4o-mini", "temperature": "0", "timeout_seconds": "60",
            "most_attempts": "3", **changes,
        }  # fmt: skip

    return fields


def test_an_empty_list_leads_to_the_library_and_the_library_to_an_editor(page, make_connection):
    assert reverse("evaluator-library", args=["x"])[-8:] in page("evaluator-list")
    shown = page("evaluator-library")
    for template in library.templates("en").values():
        assert f"template={template.key}&amp;language=en" in shown
    assert "근거 충실도" in page("evaluator-library", language="ko")
    editor = page("evaluator-create", template="faithfulness", language="ko")
    assert 'value="faithfulness-ko"' in editor and "retrieved" not in editor.lower()[:200]
    assert re.search(r'<option value="share"\s+selected', editor)
    page("evaluator-create", template="nonsense", code=404)


def test_an_evaluator_is_made_given_a_rule_and_turned_on(page, post, project, filled):
    made = post("evaluator-create", data=filled())
    one = Evaluator.objects.get(project=project)
    assert made.url == reverse("evaluator-rule", args=[project.id, one.pk])
    assert (one.name, one.state) == ("correct", State.OFF)
    version = evaluators.current(one)
    assert version.mapping["answer"] == {"source": "output", "path": "", "may_lack": False}
    rule = {"target": "trace", "query": "env:prod", "percent": "12.5", "delay_seconds": "30"}
    post("evaluator-rule", one.pk, data={**rule, "daily_budget": "2.5", "do": "on"})
    one.refresh_from_db()
    assert (one.state, one.rule.sampling, one.rule.query) == ("active", 0.125, "environment:prod")
    assert "environment:prod" in page("evaluator-page", one.pk)
    assert "correct" in page("evaluator-list") and "12.5" in page("evaluator-rule", one.pk)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"user": "no variable"}, "Name a part of what is judged"),
        ({"user": "{{a}} {{b}}"}, "Say below where “a” comes from"),
        ({"path": ["a[", ""]}, "The path cannot be read"),
        ({"kind": "categorical", "choices": "one"}, "Give 2 to 20 categories"),
        ({"kind": "numeric", "least": "2", "most": "1"}, "the least first"),
        ({"kind": "numeric", "least": "x"}, "Enter a number"),
        ({"name": ""}, "This field is required"),
        ({"extra": "{"}, "This is no JSON"),
        ({"extra": '{"model": "x"}'}, "is set by each call"),
        ({"connection": "nobody"}, "Select a valid choice"),
        ({"user": "\x00{{answer}}"}, "Null characters"),
        ({"timeout_seconds": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_in_the_editor_is_told_and_nothing_is_made(post, filled, changes, told):
    answer = post("evaluator-create", data=filled(**changes))
    assert answer.status_code == 400 and told in answer.content.decode()
    assert not Evaluator.objects.exists()


def test_a_filter_that_cannot_be_read_is_told(post, evaluator):
    one = evaluator()
    rule = {"target": "trace", "query": "nosuch:1", "percent": "5", "delay_seconds": "30"}
    answer = post("evaluator-rule", one.pk, data=rule)
    assert answer.status_code == 400 and "There is no field" in answer.content.decode()


def test_a_draft_is_tried_on_a_trace_with_a_real_call_and_stores_nothing(
    post, filled, answered, provider, scores_of
):
    answered("t1", "2 + 2?", "4 <b>")
    provider.will(answers(said(0.5, "Half <i>right</i>.")))
    sent = {**filled(), "trace": "t1"}
    shown = post("evaluator-try", data=sent, headers={"HX-Request": "true"}).content.decode()
    assert "0.5" in shown and "Half &lt;i&gt;right" in shown and "$0.000016" in shown
    assert "4 &lt;b&gt;" in shown and "<html" not in shown
    provider.will(answers("Sure!"))
    whole = post("evaluator-try", data=sent).content.decode()
    assert "No verdict, and so no score" in whole and "Sure!" in whole and "<html" in whole
    assert not Execution.objects.exists() and scores_of("t1") == []
    for changes, told in (
        ({"trace": "nobody"}, "There is no such trace"),
        ({"trace": ""}, "Give the id"),
        ({"user": "x"}, "It cannot be tried yet"),
    ):
        assert told in post("evaluator-try", data={**sent, **changes}).content.decode()
    assert len(provider.asked) == 2


def test_the_mapping_follows_the_prompt_and_keeps_what_was_said(post):
    sent = {
        "user": "{{question}} {{docs}}", "variable": ["docs", "old"],
        "source": ["metadata", "input"], "path": ["a[*]", ""], "lack": ["docs"],
    }  # fmt: skip
    shown = post("evaluator-fields", data=sent).content.decode()
    assert shown.count('name="variable"') == 2 and 'value="a[*]"' in shown and "checked" in shown
    assert re.search(r'<option value="metadata" selected>', shown)


def test_executions_are_listed_by_status_and_one_is_seen_whole_and_retried(
    page, post, evaluator, answered, provider, look, work
):
    one = evaluator(most_attempts=1)
    answered("good"), answered("poor")
    Pace.objects.update(at_once=1)
    provider.will(answers(said(1, "All right.")), answers("<script>no</script>"))
    look(one)
    work()
    done, failed = one.executions.get(status="done"), one.executions.get(status="failed")
    listed = page("evaluator-page", one.pk, status="failed")
    assert f"executions/{failed.pk}" in listed and f"executions/{done.pk}" not in listed
    whole = page("evaluator-execution", one.pk, failed.pk)
    assert "&lt;script&gt;no" in whole and "What is judged" not in whole and "2 + 2?" in whole
    assert "All right." in page("evaluator-execution", one.pk, done.pk)
    scored = page("trace-page", done.trace_id, span="trace", tab="scores")
    assert "How it was judged" in scored and done.execution_trace_id in scored
    assert "1" in page("evaluator-list")
    provider.will(answers(said(0)))
    post("evaluator-execution-retry", one.pk, failed.pk)
    work()
    failed.refresh_from_db()
    assert (failed.status, failed.value) == ("done", 0)
    assert not post("evaluator-execution-retry", one.pk, done.pk).wsgi_request.GET
    done.refresh_from_db()
    assert done.status == "done"


def test_pause_resume_off_and_delete(page, post, evaluator):
    one = evaluator()
    for do, state in (("pause", "paused"), ("on", "active"), ("off", "off")):
        post("evaluator-state", one.pk, data={"do": do})
        one.refresh_from_db()
        assert one.state == state
    evaluators.pause(one, "quota", "You owe us.")
    shown = page("evaluator-page", one.pk)
    assert "nothing left to spend" in shown and "You owe us." in shown
    assert "Delete this evaluator?" in page("evaluator-delete", one.pk)
    post("evaluator-delete", one.pk)
    assert not Evaluator.objects.exists()


def test_a_new_version_begins_as_the_newest_and_the_old_one_stays(page, post, evaluator, filled):
    one = evaluator()
    assert "You judge answers." in page("evaluator-version", one.pk)
    fields = filled(name=None, user="Only {{answer}}", variable=["answer"], source=["output"])
    fields = {k: v for k, v in fields.items() if v is not None} | {"path": [""], "note": "Less."}
    assert post("evaluator-version", one.pk, data=fields).status_code == 302
    assert [v.number for v in one.versions.all()] == [2, 1]
    assert one.versions.get(number=1).messages[1]["content"].startswith("Question")
    assert "Question" in page("evaluator-version", one.pk, version="1")
    with pytest.raises(TypeError):
        one.versions.first().save()


def test_what_is_there_is_counted_judged_once_and_can_be_stopped(
    page, post, evaluator, answered, provider, look, work, span, now
):
    from evals.judges import past

    one = evaluator(rule={"query": "env:prod"})
    for number in range(6):
        answered(f"t{number}", environment="prod" if number < 4 else "dev")
    assert look(one) == 4
    Execution.objects.exclude(trace_id="t0").delete()
    shown = page("evaluator-past", one.pk, q="env:prod", range="7d")
    assert "unknown until it has judged something" in shown and "Begin" in shown
    estimate = re.search(r"<dt>Matching</dt><dd class=\"num\">(\d+)", shown)
    assert estimate[1] == "4"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    fields.pop("csrfmiddlewaretoken", None)
    post("evaluator-past", one.pk, data=fields)
    run = PastRun.objects.get()
    while past.work(run.pk):
        pass
    run.refresh_from_db()
    assert (run.made, run.known, run.error) == (3, 1, "") and run.is_over
    provider.will(answers(said(1)))
    work()
    assert past.progressed(run).done == 3 and one.executions.count() == 4
    shown = page("evaluator-past", one.pk, q="env:prod", range="7d")
    assert "3 of 3 judged" in shown and "$0.0000" in shown
    post("evaluator-past", one.pk, data={**fields, "q": "", "most": "1"})
    second = PastRun.objects.first()
    while past.work(second.pk):
        pass
    assert post("evaluator-past-cancel", one.pk, second.pk).status_code == 302
    second.refresh_from_db()
    assert (second.is_cancelled, second.dropped) == (True, 1 - second.known)
    assert not one.executions.filter(status="waiting").exists()


def test_a_judge_is_held_beside_people_and_beside_itself(
    page, post, evaluator, answered, score, provider, work
):
    one = evaluator(output={"kind": "boolean"})
    for number in range(4):
        answered(f"t{number}")
        by_people = {"source": "ANNOTATION", "data_type": "BOOLEAN"}
        score(f"t{number}", "correct", float(number % 2), string_value="", **by_people)
    assert "Judge the 4 that are left" in page("evaluator-quality", one.pk)
    post("evaluator-quality", one.pk, data={"do": "labels"})
    Pace.objects.update(at_once=1)
    provider.will(*[answers(said(one_)) for one_ in (False, True, True, True)])
    work()
    shown = page("evaluator-quality", one.pk)
    assert "Judge the" not in shown and "Furthest apart" in shown
    judged = dict(one.executions.values_list("trace_id", "value"))
    agreed = sum(judged[f"t{number}"] == number % 2 for number in range(4))
    assert f"{agreed * 25} %" in shown
    post("evaluator-quality", one.pk, data={"do": "repeat", "targets": 2, "times": 3})
    work()
    assert one.executions.filter(repeat__gt=0, status="done").count() == 4
    shown = page("evaluator-quality", one.pk)
    assert "The same each time" in shown
    assert (
        post(
            "evaluator-quality", one.pk, data={"do": "repeat", "targets": 0, "times": 3}
        ).status_code
        == 200
    )


def test_a_pace_is_for_those_who_manage_connections(client, project, admin, member, evaluator):
    connection = evaluators.current(evaluator()).connection
    url = reverse("evaluator-pace", args=[project.id, connection.pk])
    for user, status in ((member, 404), (admin, 302)):
        client.force_login(user)
        assert client.post(url, {"per_minute": 30, "at_once": 2}).status_code == status
    pace = Pace.objects.get(connection=connection)
    assert (pace.per_minute, pace.at_once) == (30, 2)
    client.post(url, {"per_minute": 0, "at_once": 2})
    pace.refresh_from_db()
    assert pace.per_minute == 30


def test_viewers_see_and_change_nothing(client, project, viewer, stranger, evaluator):
    one = evaluator()
    client.force_login(viewer)
    for name in ("evaluator-list", "evaluator-library"):
        wanted = 200 if name == "evaluator-list" else 404
        assert client.get(reverse(name, args=[project.id])).status_code == wanted
    for name in ("evaluator-page", "evaluator-quality"):
        assert client.get(reverse(name, args=[project.id, one.pk])).status_code == 200
    for name in ("evaluator-rule", "evaluator-version", "evaluator-past", "evaluator-delete"):
        assert client.get(reverse(name, args=[project.id, one.pk])).status_code == 404
    for name in ("evaluator-state", "evaluator-retry", "evaluator-quality"):
        url = reverse(name, args=[project.id, one.pk])
        assert client.post(url, {"do": "labels"}).status_code == 404
    client.force_login(stranger)
    assert client.get(reverse("evaluator-page", args=[project.id, one.pk])).status_code == 404


def test_an_evaluator_of_another_project_is_not_there(client, organisation, owner, evaluator):
    from accounts.models import Project

    one = evaluator()
    other = Project.objects.create(organisation=organisation, name="Other")
    client.force_login(owner)
    assert client.get(reverse("evaluator-page", args=[other.id, one.pk])).status_code == 404
    assert client.get(reverse("evaluator-page", args=[other.id, "\0"])).status_code == 404


def test_a_connection_that_is_deleted_pauses_who_waits_for_it(evaluator, answered, look):
    from evals.judges import upkeep

    one = evaluator()
    answered("t1")
    look(one)
    evaluators.current(one).connection.delete()
    upkeep.pause_without_connection()
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.PAUSED, "no_connection")
    assert "Make a new version" in evaluators.reason_shown(one)


def test_a_server_that_knows_no_schemas_is_asked_without(evaluator, answered, provider, look, work):
    one = evaluator()
    answered("t1")
    refusal = refuses(400, {"message": "Unknown parameter: response_format"})
    provider.will(refusal, answers(said(1)))
    look(one)
    work()
    assert one.executions.get().status == "done"
    assert ["response_format" in asked.body for asked in provider.asked] == [True, False]

"""The library and the editor: an evaluator is made, tried and given versions."""

import re

import pytest
from django.urls import reverse

from evals.judges import evaluators, library
from evals.judges.models import Evaluator, Execution, State
from tests.judges.conftest import said
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db


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


def test_the_editor_asks_which_way_scores_are_better_and_begins_as_the_template_has_it(
    page, post, project, filled
):
    chosen = re.compile(r'<option value="(higher|lower|neither)"\s+selected')
    for template, better in (("hallucination", "lower"), ("tone", "neither"), ("bare", None)):
        begun = {} if better is None else {"template": template, "language": "ko"}
        assert chosen.findall(page("evaluator-create", **begun)) == ([better] if better else [])
    post("evaluator-create", data=filled(better="lower"))
    one = Evaluator.objects.get(project=project)
    assert evaluators.current(one).better == "lower"
    assert "Less is better" in page("evaluator-page", one.pk)
    assert chosen.findall(page("evaluator-version", one.pk)) == ["lower"]


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

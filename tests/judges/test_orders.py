"""Whether the place of a thing sways a judge: what is turned, what is reckoned, what is shown."""

import json
import re

import pytest
from django.urls import reverse
from scipy import stats

from evals.judges import library
from evals.judges.mapping import mapping_of
from evals.judges.models import Pace
from evals.judges.orders import LISTS, PARTS, lists_of, orders_of, parts_turned
from evals.judges.quality import order_bias
from tests.judges.conftest import said
from tests.llm.stand_in import answers


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        (
            "Look.\n\nThe reference:\n{{reference}}\n\nThe answer:\n{{answer}}\n\nScore it.",
            "Look.\n\nThe answer:\n{{answer}}\n\nThe reference:\n{{reference}}\n\nScore it.",
        ),
        ("Q: {{question}}\nA: {{answer}}", "A: {{answer}}\nQ: {{question}}"),
        ("A: {{a}}\n\nB: {{b}}\n\n\nC: {{c}}", "C: {{c}}\n\nB: {{b}}\n\n\nA: {{a}}"),
        ("Only {{answer}}", None),
        ("Question:\n\n{{question}}\n\nAnswer:\n\n{{answer}}", None),  # whose words stand apart
        ("{{question}}\n{{answer}}", None),
    ],
)
def test_the_parts_of_a_prompt_change_places_with_their_own_words(text, turned):
    rules = {"role": "system", "content": "You judge."}
    found = parts_turned([rules, {"role": "user", "content": text}])
    assert (found and found[1]["content"]) == turned
    assert not found or found[0] == rules


def test_lists_are_passages_and_what_a_path_picks_but_no_course_of_events():
    places = mapping_of(
        {
            "context": {"source": "context"},
            "candidates": {"source": "input", "path": "candidates[*].text"},
            "answer": {"source": "output"},
            "steps": {"source": "steps", "path": "[*].name"},
        }
    )
    assert lists_of(places) == ["context", "candidates"]
    assert orders_of([{"role": "user", "content": "A {{answer}}"}], places) == [LISTS]


@pytest.mark.parametrize("language", library.LANGUAGES)
def test_every_template_that_sees_several_things_can_be_asked_in_another_order(language):
    for template in library.templates(language).values():
        found = orders_of(template.messages, mapping_of(template.mapping))
        assert (PARTS in found) == (len(template.mapping) > 1), template.key
        assert (LISTS in found) == ("context" in template.mapping), template.key


def test_a_shift_has_an_interval_and_an_exact_test_and_chance_beside_it():
    pairs = [((0.5, ""), (0.5 + n / 40, "")) for n in range(1, 11)]
    again = [((1.0, ""), (1.0, ""))] * 3 + [((1.0, ""), (0.0, ""))]
    found = order_bias(pairs, again, is_boolean=False)
    assert (found.n, found.changed.estimate, found.asked_again) == (10, 1.0, 4)
    assert found.alike.estimate == 0.25
    shifts = [n / 40 for n in range(1, 11)]
    assert found.found.difference == pytest.approx(sum(shifts) / 10)
    expected = stats.permutation_test(
        (shifts,), lambda x, axis: x.mean(axis), permutation_type="samples", n_resamples=1e6
    )
    assert found.found.p == pytest.approx(expected.pvalue)
    assert found.found.interval.low < found.found.difference < found.found.interval.high


def test_yes_and_no_are_told_by_mcnemar_and_categories_have_no_direction():
    yes, no = (1.0, "True"), (0.0, "False")
    pairs = [(no, yes)] * 9 + [(yes, no)] + [(yes, yes)] * 5
    found = order_bias(pairs, [], is_boolean=True)
    assert (found.found.fixed, found.found.broken, found.alike) == (9, 1, None)
    assert found.found.p == pytest.approx(stats.binomtest(1, 10).pvalue)
    words = order_bias([((None, "good"), (None, "bad"))] * 3, [], is_boolean=False)
    assert words.found is None and words.changed.estimate == 1
    assert order_bias([], [], is_boolean=True) is None


@pytest.mark.django_db
def test_the_calibration_set_is_judged_the_other_way_round_and_none_of_it_is_a_score(
    client, project, member, evaluator, answered, span, score, provider, work, scores_of
):
    one = evaluator(
        output={"kind": "boolean"},
        messages=[{"role": "user", "content": "Found: {{context}}\n\nAnswer: {{answer}}"}],
        mapping={"context": {"source": "context"}, "answer": {"source": "output"}},
    )
    for trace_id in ("t0", "t1", "single"):
        answered(trace_id)
        found = ["first", "second"] if trace_id != "single" else ["alone"]
        span(trace_id, f"{trace_id}-r", type="RETRIEVER", output=json.dumps(found))
        score(trace_id, "correct", 1.0, string_value="", data_type="BOOLEAN", source="ANNOTATION")
    client.force_login(member)
    url = reverse("evaluator-quality", args=[project.id, one.pk])
    client.post(url, {"do": "labels"})
    Pace.objects.update(at_once=1)
    provider.will(*[answers(said(True))] * 3)
    work()
    asked_before = len(provider.asked)
    provider.will(*[answers(said(False))] * 2)
    client.post(url, {"do": "turn", "order": "lists", "targets": "50"})
    client.post(url, {"do": "turn", "order": "lists", "targets": "50"})  # which makes none twice
    work()
    turned = one.executions.filter(order="lists")
    assert [row.status for row in turned.order_by("trace_id")] == ["failed", "done", "done"]
    assert len(provider.asked) == asked_before + 2
    for call in provider.asked[asked_before:]:
        user = call.body["messages"][-1]["content"]
        assert re.search(r"\[1\] second\s+\[2\] first", user)
    assert [found["value"] for found in scores_of("t0") if found["source"] == "EVAL"] == [1]
    shown = client.get(url).content.decode()
    told = shown[shown.index("Beside another order") : shown.index("Beside itself")]
    assert "100 %" in told and "−1" in told and "1 target had nothing to be turned" in told
    assert one.executions.filter(repeat__gt=0, order="").count() == 0
    assert "The same each time" not in shown  # turned is not repeated
    client.post(url, {"do": "turn", "order": "parts", "targets": "1"})
    provider.will(answers(said(True)))
    work()
    assert provider.asked[-1].body["messages"][-1]["content"].startswith("Answer:")


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"order": "x", "targets": "1"}, {"order": "parts"}])
def test_what_asks_for_no_order_makes_nothing(wrong, client, project, member, evaluator):
    one = evaluator()
    client.force_login(member)
    url = reverse("evaluator-quality", args=[project.id, one.pk])
    assert client.post(url, {"do": "turn", **wrong}).status_code == 200
    assert not one.executions.exists()


@pytest.mark.django_db
def test_a_version_that_sees_one_thing_says_that_no_order_can_sway_it(
    client, project, member, evaluator
):
    one = evaluator(
        messages=[{"role": "user", "content": "Is it rude? {{answer}}"}],
        mapping={"answer": {"source": "output"}},
    )
    client.force_login(member)
    shown = client.get(reverse("evaluator-quality", args=[project.id, one.pk])).content.decode()
    assert "It does not apply to this version" in shown

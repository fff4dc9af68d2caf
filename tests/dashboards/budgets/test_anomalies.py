"""Calls that began to take more input, and why."""

import secrets
import time
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dashboards.budgets.anomalies import growths
from dashboards.budgets.causes import causes
from dashboards.budgets.turning import Day, turns
from prompts.models import Prompt
from tests.dashboards.budgets.conftest import DAY, SECOND

FIRST = date(2026, 9, 1)


def days(*means, calls=50):
    return [Day(FIRST + timedelta(days=n), calls, mean * calls) for n, mean in enumerate(means)]


def test_examples_left_in_a_prompt_turn_its_input():
    [turn] = turns(days(100, 104, 98, 101, 99, 103, 1600, 1610))
    assert (turn.first, turn.last) == (date(2026, 9, 7), date(2026, 9, 8))
    assert not turn.is_over
    assert turn.usual == pytest.approx(100.5)
    assert turn.factor == pytest.approx(16, rel=0.01)
    assert turn.extra_tokens_a_day == pytest.approx(1504.5 * 50)


def test_what_was_taken_back_is_over():
    [turn] = turns(days(100, 104, 98, 101, 99, 1600, 101, 100))
    assert turn.is_over and turn.days == 1


@pytest.mark.parametrize(
    "means",
    [
        (100, 104, 98, 1600),  # too few days before
        (100, 104, 98, 101, 99, 140),  # too little more
        (100, 400, 90, 300, 120, 350, 100, 420),  # it always did that
        (100, 104, 98, 101, 99, 50),  # less
        (),
    ],
)
def test_what_is_usual_turns_nothing(means):
    assert turns(days(*means)) == []


def test_a_few_calls_turn_nothing():
    quiet = days(100, 104, 98, 101, 99, 100)
    assert turns([*quiet, Day(date(2026, 9, 7), 2, 9999)]) == []
    assert turns([*quiet, Day(date(2026, 9, 7), 19, 99999)]) == []
    assert len(turns([*quiet, Day(date(2026, 9, 7), 20, 99999)])) == 1


@given(st.lists(st.tuples(st.integers(0, 1000), st.floats(0, 1e9)), max_size=60))
def test_turns_come_in_order_and_are_really_higher(drawn):
    found = turns([Day(FIRST + timedelta(days=n), *one) for n, one in enumerate(drawn)])
    for turn in found:
        assert turn.mean >= 1.49 * turn.usual and turn.calls >= 20
        assert turn.first <= turn.last
    assert all(one.last < two.first for one, two in pairwise(found))
    assert all(one.is_over for one in found[:-1])


def test_the_cause_is_what_most_calls_have_and_hardly_any_had():
    before = [{"prompt_version": "3", "release": "1.0", "calls": 90},
              {"prompt_version": "2", "release": "1.0", "calls": 10}]  # fmt: skip
    after = [{"prompt_version": "4", "release": "1.0", "calls": 70},
             {"prompt_version": "3", "release": "1.0", "calls": 30}]  # fmt: skip
    [cause] = causes(before, after, ("prompt_version", "release"))
    assert (cause.kind, cause.before, cause.after, cause.share) == ("prompt_version", "3", "4", 0.7)
    assert causes(before, before, ("prompt_version", "release")) == []
    assert causes([], after, ("release",)) == []


@pytest.fixture
def history(project):
    """`history(days=(20, 3), tokens=400, …)`: 30 calls on each of these days before now."""
    from traces.records import Span
    from traces.writer import insert_spans

    def stored(days, tokens, **fields):
        now, spans = time.time_ns(), []
        for back in range(*days, -1):
            for number in range(30):
                start = now - back * DAY - number * SECOND
                used = tokens + number
                cost = Decimal(used) * Decimal("0.0000025")
                spans.append(
                    Span(project.id, secrets.token_hex(8), "s", start, end_time=start + SECOND,
                         input_tokens=used, total_tokens=used, usage={"input": used},
                         cost={"input": cost, "total": cost}, total_cost=cost,
                         cost_source="computed", version=now, received_at=start,
                         **{"type": "GENERATION", "name": "answer", "model": "gpt-4o", **fields})
                )  # fmt: skip
        insert_spans(spans)
        return spans

    return stored


def found_in(project):
    return growths(project.id, zone="UTC", now=time.time_ns())


def test_the_prompt_version_with_the_examples_left_in_is_named_with_its_cost(
    client, project, owner, viewer, history
):
    prompt = Prompt.objects.create(project=project, name="support/answers", type="text")
    for number in (3, 4):
        prompt.versions.create(number=number, body="x", author=owner)
    history((20, 3), 400, prompt_name="support/answers", prompt_version=3, release="1.0")
    history((3, 0), 6400, prompt_name="support/answers", prompt_version=4, release="1.0")
    history((20, 0), 300, name="classify", model="gpt-4o-mini")
    [growth] = found_in(project)
    assert (growth.of.prompt, growth.of.model) == ("support/answers", "gpt-4o")
    assert growth.turn.factor == pytest.approx(15.5, rel=0.02)
    assert growth.extra_a_day == pytest.approx(6000 * 30 * 2.5e-6, rel=0.01)
    assert [(one.kind, one.before, one.after) for one in growth.causes] == [
        ("prompt_version", "3", "4")
    ]
    client.force_login(viewer)
    page = client.get(reverse("cost-anomalies", args=[project.id])).content.decode()
    assert "The prompt went from version 3 to 4." in page
    assert "name=support%2Fanswers&amp;from=3&amp;to=4" in page
    assert "$0.4500 more a day" in page
    assert page.count("kind=observations") == 2


def test_another_release_and_another_model_are_named_too(project, history):
    history((20, 3), 400, release="1.0")
    history((3, 0), 4000, release="1.1")
    history((20, 3), 100, name="summary", model="gpt-4o-mini")
    history((3, 0), 900, name="summary", model="gpt-4o")
    found = {growth.of.name: growth for growth in found_in(project)}
    assert [one.kind for one in found["answer"].causes] == ["release"]
    [cause] = found["summary"].causes
    assert (cause.kind, cause.before, cause.after) == ("model", "gpt-4o-mini", "gpt-4o")


def test_a_release_that_is_said_of_the_traces_is_seen(project, history):
    """SDKs of Langfuse say it in a row of the trace as a whole."""
    from traces.records import Span
    from traces.writer import insert_spans

    traces = history((20, 3), 400), history((3, 0), 4000)
    for release, spans in zip(("r1", "r2"), traces, strict=True):
        insert_spans([
            Span(project.id, one.trace_id, "", one.start_time, type="TRACE", release=release,
                 version=1, received_at=one.start_time)
            for one in spans
        ])  # fmt: skip
    [growth] = found_in(project)
    [cause] = growth.causes
    assert (cause.kind, cause.before, cause.after) == ("release", "r1", "r2")


def test_versions_lead_to_their_difference_where_sonde_keeps_them(client, project, viewer, history):
    history((20, 3), 400, prompt_name="support", prompt_version=3)
    history((3, 0), 6400, prompt_name="support", prompt_version=4)
    client.force_login(viewer)
    page = client.get(reverse("cost-anomalies", args=[project.id])).content.decode()
    assert "The prompt went from version 3 to 4." in page
    assert "What changed in it" not in page


def test_a_growth_without_a_recorded_change_says_so(client, project, viewer, history):
    history((20, 3), 400)
    history((3, 0), 4000)
    [growth] = found_in(project)
    assert growth.causes == ()
    client.force_login(viewer)
    page = client.get(reverse("cost-anomalies", args=[project.id]), headers={"HX-Request": "true"})
    assert "Nothing that Sonde sees changed with it" in page.content.decode()

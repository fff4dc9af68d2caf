"""Where budgets stand, from calls that are really stored."""

from datetime import date
from decimal import Decimal

import pytest

from dashboards.budgets.changing import By, archive
from dashboards.budgets.state import states
from tests.dashboards.budgets.conftest import DAY

HOUR = DAY // 24


def test_what_is_spent_is_what_the_calls_of_the_period_cost(calls, budget, project, noon):
    calls([(noon - 20 * DAY, "7"), (noon - DAY, "1.25"), (noon, "2.50"), (noon, None)])
    budget(amount="15", period="month")
    [state] = states(project.id, noon + HOUR)
    assert (state.spent, state.unpriced, state.left) == (Decimal("3.75"), 1, Decimal("11.25"))
    assert (state.period.first, state.period.last) == (date(2026, 9, 1), date(2026, 9, 30))
    assert state.projection is not None and not state.is_exceeded
    assert state.crossed is None


def test_a_call_that_is_sent_again_is_spent_once(calls, budget, project, noon):
    from traces.records import Span
    from traces.writer import insert_spans

    for version in (1, 2, 3):
        insert_spans([
            Span(project.id, "t", "s", noon, total_cost=Decimal("2"), cost_source="computed",
                 type="GENERATION", version=version, received_at=noon)
        ])  # fmt: skip
    budget()
    [state] = states(project.id, noon + HOUR)
    assert state.spent == 2


def test_a_budget_of_something_counts_that_alone(calls, budget, project, noon):
    calls([(noon, "1")], model="gpt-4o", user_id="ann", environment="production")
    calls([(noon, "2")], model="claude-haiku-4-5", metadata={"team": "search"})
    calls([(noon, "4")], trace_metadata={"squad": "search"}, model="gpt-4o")
    wanted = {
        "model": ({"dimension": "model", "value": "gpt-4o"}, 5),
        "user": ({"dimension": "user", "value": "ann"}, 1),
        "team": ({"dimension": "team", "metadata_key": "team", "value": "search"}, 2),
        "squad": ({"dimension": "team", "metadata_key": "squad", "value": "search"}, 4),
        "environment": ({"dimension": "environment", "value": "production"}, 1),
        "project": ({}, 7),
    }
    for name, (scope, _spent) in wanted.items():
        budget(name=name, **scope)
    found = {state.name: state.spent for state in states(project.id, noon + HOUR)}
    assert found == {name: spent for name, (_scope, spent) in wanted.items()}


def test_what_is_said_of_a_trace_counts_for_all_of_its_calls(budget, project, noon):
    from traces.records import Span
    from traces.writer import insert_spans

    row = {"version": 1, "received_at": noon}
    said = {"user_id": "ann", "trace_metadata": {"team": "search"}, "type": "TRACE"}
    paid = {"type": "GENERATION", "total_cost": Decimal(2), "cost_source": "computed"}
    insert_spans([
        Span(project.id, "t", "", noon, **said, **row),
        Span(project.id, "t", "a", noon, **paid, **row),
        Span(project.id, "t", "b", noon + 1, **paid, **row),
    ])  # fmt: skip
    budget(name="user", dimension="user", value="ann")
    budget(name="team", dimension="team", metadata_key="team")
    found = {state.name: (state.value, state.spent) for state in states(project.id, noon + HOUR)}
    assert found == {"user": ("ann", 4), "team": ("search", 4)}


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"dimension": "team", "metadata_key": "team"}, lambda name: {"metadata": {"team": name}}),
        ({"dimension": "user"}, lambda name: {"user_id": name}),
    ],
    ids=["team", "user"],
)
def test_a_trace_that_names_two_counts_for_the_first_and_hides_neither(
    calls, budget, project, noon, owner, scope, said
):
    from traces.records import Span
    from traces.writer import insert_spans

    for number in range(5):
        calls([(noon + number, "1")], **said("b"))
    paid = {"type": "GENERATION", "cost_source": "computed", "version": 1, "received_at": noon}
    insert_spans([
        Span(project.id, "t", "1", noon, total_cost=Decimal(10), **said("a"), **paid),
        Span(project.id, "t", "2", noon + 1, total_cost=Decimal("0.5"), **said("b"), **paid),
    ])  # fmt: skip
    only_b = budget(name="b", value="b", **scope)
    [state] = states(project.id, noon + HOUR)
    assert state.spent == 5
    archive(only_b, By(user=owner), is_archived=True)
    budget(name="each", **scope)
    found = {state.value: state.spent for state in states(project.id, noon + HOUR)}
    assert found == {"a": Decimal("10.5"), "b": 5}


def test_each_value_has_the_amount_for_itself(calls, budget, project, noon):
    calls([(noon, "1")], user_id="ann")
    calls([(noon, "12")], user_id="bob")
    calls([(noon, "99")])  # of nobody
    calls([(noon - 40 * DAY, "500")], user_id="cleo")  # long ago
    budget(amount="10", dimension="user")
    found = {state.value: state for state in states(project.id, noon + HOUR)}
    assert {value: state.spent for value, state in found.items()} == {"ann": 1, "bob": 12}
    assert found["bob"].is_exceeded and found["bob"].crossed == 100
    assert found["ann"].crossed is None


def test_a_day_is_that_of_the_budgets_zone(calls, budget, project, noon):
    calls([(noon + 4 * HOUR, "1")])  # 1 o'clock of the next day in Seoul
    budget(name="utc", period="day", zone="UTC")
    budget(name="seoul", period="day", zone="Asia/Seoul")
    at = {state.name: state.spent for state in states(project.id, noon + 2 * HOUR)}
    assert at == {"seoul": 0, "utc": 0}
    at = {state.name: state.spent for state in states(project.id, noon + 5 * HOUR)}
    assert at == {"seoul": 1, "utc": 1}
    at = {state.name: state.spent for state in states(project.id, noon + 13 * HOUR)}
    assert at == {"seoul": 1, "utc": 0}


def test_a_steady_project_is_projected_and_a_burst_burns(calls, budget, project, noon):
    calls([(noon - n * DAY, "10") for n in range(1, 57)])
    calls([(noon - HOUR // 2, "30")])
    budget(amount="200", period="month")
    [state] = states(project.id, noon)
    assert state.spent == 180
    assert state.history == 56
    assert state.projection.end.expected > 300
    assert state.projection.exceeded_on == date(2026, 9, 16)
    assert state.is_heading_over and state.projection.chance == pytest.approx(1)
    assert state.burn == pytest.approx(0.9 / (15.5 / 30))
    long, short = state.windows
    assert (long.hours, short.hours) == (168, 24)
    assert short.rate == pytest.approx((40 / 200) * 30, rel=0.35) and short.rate > long.rate


def test_little_history_gives_no_projection(calls, budget, project, noon):
    calls([(noon - n * DAY, "10") for n in range(4)])
    budget()
    [state] = states(project.id, noon)
    assert (state.history, state.projection) == (3, None)


def test_a_state_is_told_apart_by_its_key_and_named_by_its_title(calls, budget, project, noon):
    calls([(noon, "1")], user_id="ann/b")
    whole, each = budget(name="All"), budget(name="Users", dimension="user")
    at_noon, later = (states(project.id, noon + hours * HOUR) for hours in (1, 48))
    assert [(one.key, one.title) for one in at_noon] == [
        (whole.pk, "All"),
        (f"{each.pk}/ann/b", "Users: ann/b"),
    ]
    assert [one.key for one in later] == [one.key for one in at_noon]


def test_many_budgets_ask_no_more_than_one_of_their_kind(calls, budget, project, noon, monkeypatch):
    from dashboards.budgets import spending

    asked = []
    ask = spending.ask
    monkeypatch.setattr(spending, "ask", lambda question: asked.append(question) or ask(question))
    calls([(noon, "1")], model="m0")
    budget(name="m0", dimension="model", value="m0")
    states(project.id, noon + HOUR)
    of_one = len(asked)
    for number in range(1, 12):
        for period in ("day", "week", "month"):
            name = f"m{number}"
            budget(name=f"{name} {period}", dimension="model", value=name, period=period)
    asked.clear()
    assert len(states(project.id, noon + HOUR)) == 34
    assert len(asked) <= of_one == 4
    for number in range(5):
        budget(name=f"each {number}", dimension="model")
    asked.clear()
    states(project.id, noon + HOUR)
    assert len(asked) == of_one + 1  # which values there are, for all of them


def test_an_archived_budget_counts_nothing(budget, project, noon, owner):
    archive(budget(), By(user=owner), is_archived=True)
    assert states(project.id, noon) == []

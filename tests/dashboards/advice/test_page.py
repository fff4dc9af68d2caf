"""The page of savings, from calls that are really stored."""

import secrets
import time
from decimal import Decimal

import pytest
from django.urls import reverse

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
SYSTEM = "You answer questions of customers. " * 200  # 7,000 bytes


@pytest.fixture
def asked(project):
    """`asked("question", hours_ago=3, …)`: a stored call with its input."""
    from pricing.cost import price_spans
    from traces.records import Span
    from traces.writer import insert_spans

    def stored(question, *, hours_ago, **fields):
        start = time.time_ns() - int(hours_ago * HOUR)
        span = Span(
            project.id, secrets.token_hex(8), "s", start, end_time=start + SECOND,
            input=SYSTEM + question, version=time.time_ns(), received_at=start,
            **{"type": "GENERATION", "name": "answer", "model": "gpt-4o", "provider": "openai",
               "usage": {"input": 2000, "output": 200}, **fields},
        )  # fmt: skip
        price_spans([span])
        insert_spans([span])
        return span

    return stored


@pytest.fixture
def page(client, project, viewer):
    client.force_login(viewer)

    def get(htmx=False, **query):
        headers = {"HX-Request": "true"} if htmx else None
        answer = client.get(reverse("cost-advice", args=[project.id]), query, headers=headers)
        assert answer.status_code == 200, answer.content.decode()[-2000:]
        return answer.content.decode()

    return get


def test_a_project_without_calls_is_told_what_the_page_is_for(page):
    assert "hx-get" in page()
    assert "No model was called in the last 30 days" in page(figures="1")


def test_savings_are_of_the_projects_own_calls(page, asked):
    for number in range(12):
        asked("When do you open?", hours_ago=10 + number / 100)
    asked("Something else", hours_ago=300, usage={"input": 10, "output": 1}, model="acme-1")
    words = page(figures="1", cache="24h", busy="5")
    assert "All of them were compared" in words
    assert "1 call has no known cost" in words
    for title in ("Answer the same question once", "Use a smaller model", "Send it as a batch",
                  "Let the provider cache beginnings", "Shorten the prompt"):  # fmt: skip
        assert title in words
    assert "gpt-4o-mini" in words and "span%3Aanswer" in words
    assert "do not add them up" in words
    assert "<html" not in page(htmx=True, figures="1")


def test_a_repeat_that_was_sent_twice_is_one_call(project, asked):
    from dashboards.advice.assumptions import Assumptions
    from dashboards.advice.savings import advice
    from traces.writer import insert_spans

    span = asked("When do you open?", hours_ago=10)
    span.version += 1
    insert_spans([span])
    found = advice(project.id, Assumptions(), time.time_ns())
    assert (found.calls, found.looked_at) == (1, 1)
    assert found.cost == pytest.approx(float(Decimal("0.007")))
    assert {one.kind: one.amount.expected for one in found.savings}["repeats"] == 0


def test_calls_of_another_project_are_nobodys_repeats(project, organisation, asked):
    from accounts.models import Project
    from traces.queries.advice import calls_with_fingerprints

    asked("When do you open?", hours_ago=10)
    other = Project.objects.create(organisation=organisation, name="Other")
    everything = [(0, time.time_ns())]
    assert len(calls_with_fingerprints(project.id, everything, most=10)) == 1
    assert calls_with_fingerprints(other.id, everything, most=10) == []


def test_assumptions_in_the_address_are_shown_and_refused_kindly(page):
    words = page(trim="40", cache="never")
    assert 'value="40"' in words and "made no sense" in words

"""The page of a label's split."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from prompts import labels
from prompts.gates.models import Gate
from prompts.models import ProtectedLabel
from prompts.splits import canary
from prompts.splits.models import Canary, Split

HERE = {"name": "greet", "label": "production"}
CANARY = {
    **HERE,
    "candidate": "2",
    "steps": "10, 50%, 100",
    "least_minutes": "30",
    "least_calls": "20",
    "error_difference": "2",
    "latency_ratio": "1.5",
    "cost_ratio": "",
    "score": "kind",
    "score_fall": "0.1",
}


@pytest.fixture
def prompt(make):
    make("greet", "one", labels=["production"])
    make("greet", "two")
    return make("greet", "three").prompt


@pytest.fixture
def visit(client, project, owner):
    def visited(name="prompt-split", *, post=None, user=None, query=HERE, **headers):
        client.force_login(user or owner)
        url = reverse(name, args=[project.id])
        if post is None:
            return client.get(url, query, headers=headers)
        return client.post(url, post, headers=headers)

    return visited


def shares(**given):
    """`shares(v1=60, v2=40)`: as the form sends them, with empty rows."""
    sent = {}
    rows = [*given.items(), *[("", "")] * (5 - len(given))]
    for row, (name, share) in enumerate(rows):
        sent |= {f"version_{row}": name.removeprefix("v"), f"share_{row}": share}
    return {**HERE, **sent}


def text(answer):
    return answer.content.decode()


def test_a_split_is_started_changed_and_stopped_on_its_page(visit, prompt, calls):
    page = text(visit())
    assert "“production” serves version 1 to everybody" in page
    assert visit("prompt-split-start", post=shares(v1=60, v2=40)).status_code == 302
    split = Split.objects.get()
    assert split.shares == {1: 60, 2: 40}
    Split.objects.update(started_at=timezone.now() - timedelta(hours=1))
    calls(2, 20, failing=5, cost="0.0150")
    page = text(visit())
    assert "A split runs on “production”" in page
    assert "25.0 %" in page
    assert "$0.015" in page
    assert 'width="60"' in page and 'x="60" width="40"' in page
    changed = visit("prompt-split-change", post=shares(v1=10, v2=40, v3=50) | {"split": split.pk})
    assert changed.status_code == 302
    stop = {**HERE, "split": split.pk, "keep": "3", "reason": "Best of three"}
    assert visit("prompt-split-stop", post=stop).status_code == 302
    assert labels.number_of(prompt, "production") == 3
    page = text(visit())
    for told in ("Earlier splits", "Best of three", "v1 10 % · v2 40 % · v3 50 %", "Stopped"):
        assert told in page


def test_a_canary_is_started_and_watched_on_its_page(visit, prompt, calls):
    assert visit("prompt-canary-start", post=CANARY).status_code == 302
    found = Canary.objects.get()
    assert (found.candidate, found.steps) == (2, [10, 50, 100])
    assert found.guards == {"error_difference": 2.0, "latency_ratio": 1.5, "score_fall": 0.1}
    page = text(visit())
    assert "A canary of version 2 runs on “production”" in page
    assert "Not looked at yet" in page
    assert reverse("prompt-split-change", args=[prompt.project_id]) not in page
    earlier = timezone.now() - timedelta(hours=1)
    Split.objects.update(started_at=earlier)
    Canary.objects.update(step_at=earlier)
    calls(1, 200, kind=0.8)
    calls(2, 120, kind=0.8)
    canary.check(found.pk)
    part = text(visit(query={**HERE, "part": "watch"}, **{"HX-Request": "true"}))
    assert "<html" not in part
    assert '<li class="chip num" aria-current="step">50 %</li>' in part
    assert part.count("Holds") == 3
    page = text(visit())
    assert "Widened" in page
    assert "the canary" in page


def test_a_canary_that_rolled_back_says_which_guard_and_by_how_much(visit, prompt, calls):
    visit("prompt-canary-start", post=CANARY)
    Split.objects.update(started_at=timezone.now() - timedelta(hours=1))
    calls(1, 200, kind=0.8)
    calls(2, 120, kind=0.8, failing=80)
    canary.check(Canary.objects.get().pk)
    page = text(visit())
    assert "Rolled back" in page
    assert "Failed calls, percentage points above the base" in page
    assert "66.7" in page
    assert "Tripped" in page
    part = text(visit(query={**HERE, "part": "watch"}, **{"HX-Request": "true"}))
    assert "The split is over." in part


@pytest.mark.parametrize(
    ("name", "sent", "message"),
    [
        ("prompt-split-start", shares(v1=60, v2=30), "these make 90"),
        ("prompt-split-start", shares(v1=60, v9=40), "no version 9"),
        ("prompt-split-start", shares(v2=60, v3=40), "must have a share"),
        ("prompt-split-start", shares(v1=60, v2=""), "belong together"),
        (
            "prompt-split-start",
            shares(v1=60) | {"version_1": 1, "share_1": 40},
            "stands here twice",
        ),
        ("prompt-split-start", shares(v1=0, v2=100), "greater than or equal to 1"),
        ("prompt-split-start", shares(vx=60, v2=40), "whole number"),
        ("prompt-canary-start", CANARY | {"candidate": "1"}, "points at version 1 already"),
        ("prompt-canary-start", CANARY | {"steps": "5, ten"}, "Whole percents"),
        ("prompt-canary-start", CANARY | {"steps": "50, 5, 100"}, "wider than the one before"),
        ("prompt-canary-start", CANARY | {"score": ""}, "belong together"),
        ("prompt-canary-start", CANARY | {"latency_ratio": "fast"}, "Enter a number"),
        ("prompt-canary-start", CANARY | {"label": "staging"}, "points at no version yet"),
    ],
)
def test_what_cannot_be_started_is_told_with_what_was_typed_and_nothing_begins(
    visit, prompt, name, sent, message
):
    answer = visit(name, post=sent)
    assert answer.status_code == 400
    assert message in text(answer)
    assert not Split.objects.exists()


def test_a_closed_gate_is_told_and_an_admin_overrides_it_when_the_split_stops(
    visit, prompt, project, admin
):
    Gate.objects.create(project=project, label="production", checks={"min_calls": 5})
    visit("prompt-split-start", post=shares(v1=90, v2=10))
    stop = {**HERE, "split": Split.objects.get().pk, "keep": "2"}
    answer = visit("prompt-split-stop", post=stop, user=admin)
    assert answer.status_code == 400
    assert "The gate of “production” is closed for version 2." in text(answer)
    assert 'name="override"' in text(answer)
    visit("prompt-split-stop", post=stop | {"override": "Seen by hand"}, user=admin)
    assert labels.number_of(prompt, "production") == 2
    assert prompt.moves.first().override == "Seen by hand"


def test_who_stops_what_has_ended_is_told(visit, prompt):
    visit("prompt-split-start", post=shares(v1=50, v2=50))
    stop = {**HERE, "split": Split.objects.get().pk, "keep": "1"}
    visit("prompt-split-stop", post=stop)
    answer = visit("prompt-split-stop", post=stop | {"keep": "2"})
    assert "ended meanwhile" in text(answer)
    assert labels.number_of(prompt, "production") == 1


def test_viewers_watch_members_split_and_protection_holds(
    visit, prompt, project, viewer, member, stranger
):
    sent = shares(v1=50, v2=50)
    assert visit(user=stranger).status_code == 404
    assert visit("prompt-split-start", post=sent, user=stranger).status_code == 404
    assert visit("prompt-split-start", post=sent, user=viewer).status_code == 404
    page = text(visit(user=viewer))
    assert "Members can start one." in page
    assert "<form method" not in page.partition("<main")[2].partition("Canary")[2]
    ProtectedLabel.objects.create(project=project, name="production", least_role=Role.ADMIN)
    assert "only the role Admin and above moves it" in text(visit(user=member))
    answer = visit("prompt-split-start", post=sent, user=member)
    assert (answer.status_code, "is protected" in text(answer)) == (400, True)
    assert not Split.objects.exists()
    ProtectedLabel.objects.all().delete()
    assert visit("prompt-split-start", post=sent, user=member).status_code == 302


def test_a_split_of_another_prompt_is_not_reached_through_this_one(visit, prompt, make):
    make("other", "one", labels=["production"])
    make("other", "two")
    visit("prompt-split-start", post=shares(v1=50, v2=50) | {"name": "other"})
    stop = {**HERE, "split": Split.objects.get().pk, "keep": "1"}
    assert visit("prompt-split-stop", post=stop).status_code == 404
    assert Split.objects.get().ended_at is None


def test_while_clickhouse_is_away_the_page_says_so_and_can_still_stop(visit, prompt, settings):
    from traces import clickhouse

    visit("prompt-split-start", post=shares(v1=50, v2=50))
    url, settings.CLICKHOUSE_URL = settings.CLICKHOUSE_URL, "http://127.0.0.1:9/nowhere"
    clickhouse.forget_clients()
    page = visit()
    settings.CLICKHOUSE_URL = url
    clickhouse.forget_clients()
    assert page.status_code == 200
    assert "ClickHouse could not tell." in text(page)
    assert "Keep v2" in text(page)

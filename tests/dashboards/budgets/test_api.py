"""/api/v1/budgets."""

import time
from threading import Semaphore

import pytest
from django.urls import reverse

from dashboards.boards import turns
from dashboards.budgets.api import views
from dashboards.budgets.models import BudgetChange
from dashboards.budgets.views import lists
from tests.dashboards.budgets.conftest import DAY

AT = "/api/v1/budgets"


@pytest.fixture
def asked(client, auth, make_api_key):
    """`asked("post", {…})`: the answer to a key that may do everything."""
    key = make_api_key(scopes=("read", "admin"))

    def send(method, body=None, at=AT, key=key):
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(at, headers=auth(key), **options)

    return send


def test_a_budget_is_made_read_changed_and_archived(asked, calls, project):
    now = time.time_ns()
    calls([(now - n * DAY, "1") for n in range(20)])
    calls([(now, None)])
    made = asked("post", {"name": "All", "amount_usd": "500", "period": "day"})
    assert made.status_code == 201, made.content
    at = f"{AT}/{made.json()['id']}"
    assert asked("patch", {"amount_usd": "0.5"}, at).json()["name"] == "All"
    [found] = asked("get").json()["data"]
    assert (found["amount_usd"], found["thresholds"]) == ("0.5", [50, 80, 100])
    [state] = found["states"]
    assert (state["spent_usd"], state["unpriced"], state["threshold"]) == ("1.0", 1, 100)
    assert state["projection"]["expected_usd"] >= 1
    assert state["burn_windows"][0]["hours"] == 6
    assert asked("delete", at=at).status_code == 204
    archived = asked("get", at=at).json()
    assert archived["is_archived"] and archived["states"] == []
    assert asked("patch", {"is_archived": False}, at).json()["states"]
    keys = set(BudgetChange.objects.values_list("public_key", flat=True))
    assert len(keys) == 1 and "" not in keys


def test_a_budget_that_was_made_is_told_so_though_its_figures_cannot_be_read(asked, monkeypatch):
    from traces.errors import Unavailable

    def away(*_args):
        raise Unavailable("away")

    monkeypatch.setattr(views, "states_of", away)
    made = asked("post", {"name": "All", "amount_usd": "500"})
    assert (made.status_code, made.json()["states"]) == (201, [])
    assert asked("patch", {"name": "Both"}, f"{AT}/{made.json()['id']}").json()["name"] == "Both"
    assert asked("get").status_code == 503


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount_usd": "5"}, "name"),
        ({"name": "x", "amount_usd": "-5"}, "amount_usd"),
        ({"name": "x", "amount_usd": "0"}, "amount_usd"),
        ({"name": "x", "amount_usd": "NaN"}, "amount_usd"),
        ({"name": "x", "amount_usd": "١٢"}, "amount_usd"),
        ({"name": "x", "amount_usd": "5", "time_zone": "Moon"}, "time_zone"),
        ({"name": "x", "amount_usd": "5", "period": "year"}, "period"),
        ({"name": "x", "amount_usd": "5", "thresholds": [0]}, "thresholds"),
        ({"name": "x", "amount_usd": "5", "thresholds": "all"}, "thresholds"),
        ({"name": "x", "amount_usd": "5", "colour": "red"}, "colour"),
        ({"name": "a\x1bb", "amount_usd": "5"}, "name"),
        ({"name": "x", "amount_usd": "5", "value": "ann"}, "value"),
        ({"name": "x", "amount_usd": "5", "metadata_key": "team"}, "metadata_key"),
        (
            {"name": "x", "amount_usd": "5", "dimension": "user", "metadata_key": "team"},
            "metadata_key",
        ),
    ],
)
def test_what_makes_no_sense_is_named(asked, body, field):
    answer = asked("post", body)
    assert answer.status_code == 400, answer.content
    assert field in [one["parameter"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("body", ["", "[]", "null", '"text"', "{", '{"name":1,"name":2}'])
def test_a_body_that_is_no_object_is_refused(asked, body):
    assert asked("post", body).status_code == 400


def test_reading_needs_read_and_changing_admin(asked, make_api_key, budget):
    made = budget()
    reader, sender = make_api_key(scopes=("read",)), make_api_key(scopes=("ingest",))
    assert asked("get", key=reader).status_code == 200
    assert asked("get", key=sender).status_code == 403
    body = {"name": "x", "amount_usd": "5"}
    assert asked("post", body, key=reader).status_code == 403
    assert asked("delete", at=f"{AT}/{made.pk}", key=reader).status_code == 403


def test_budgets_of_others_are_not_there(asked, budget, organisation):
    from accounts.models import Project
    from dashboards.budgets.models import Budget

    other = Project.objects.create(organisation=organisation, name="Other")
    theirs = Budget.objects.create(project=other, name="Theirs", amount=1)
    assert asked("get").json()["data"] == []
    for method in ("get", "delete"):
        assert asked(method, at=f"{AT}/{theirs.pk}").status_code == 404
    assert asked("patch", {"name": "mine"}, f"{AT}/{theirs.pk}").status_code == 404


def test_budgets_wait_for_their_turn_and_say_when_there_is_none(
    asked, owner, client, project, budget, monkeypatch
):
    monkeypatch.setattr(turns, "_turns", Semaphore(0))
    for module in (views, lists):
        monkeypatch.setattr(module, "PAGE_PATIENCE", 0.01)
    answer = asked("get")
    assert answer.status_code == 503 and int(answer["Retry-After"]) > 0
    client.force_login(owner)
    page = client.get(reverse("budget-list", args=[project.id]), {"figures": "1"})
    assert page.status_code == 503
    assert client.get(reverse("budget-list", args=[project.id])).status_code == 200

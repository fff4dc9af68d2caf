"""Experiments that are run each night."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from evals.experiments.models import Nightly, Plan
from evals.experiments.running import nightly, planning
from evals.experiments.running.evaluators import CHECK, Evaluator
from evals.experiments.running.planning import Wish


def at(hour: int, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, 5, tzinfo=UTC)


@pytest.fixture
def repeated(client, project, dataset, make, make_connection, owner):
    """The answer to “repeat each night”, of an experiment of version 1."""
    make("capital", "Capital of {{country}}?", labels=["production"])
    wish = Wish(
        dataset=dataset,
        name="by hand",
        version=make("capital", "The capital of {{country}}?"),
        connection=make_connection(model_names=["gpt-4o-mini"]),
        model="gpt-4o-mini",
        parameters={"temperature": 0.5},
        evaluators=[Evaluator(CHECK, "exact_match", "exact_match")],
    )
    plan = planning.start(wish, owner, None)
    client.force_login(owner)
    given = {"id": plan.run.public_id, "label": "production", "hour": "2"}

    def send(**changes):
        return client.post(reverse("experiment-nightly", args=[project.id]), {**given, **changes})

    return send


def test_each_night_the_labelled_version_is_run_once(repeated):
    assert repeated().status_code == 302
    assert list(nightly.start_due(at(1))) == []
    (plan,) = nightly.start_due(at(2))
    assert list(nightly.start_due(at(3))) == []
    assert (plan.prompt_version, plan.parameters["temperature"]) == (1, 0.5)
    assert plan.items.count() == 5 and plan.evaluators[0]["name"] == "exact_match"
    (next_one,) = nightly.start_due(at(9, day=21))
    assert next_one.run.name != plan.run.name


def test_what_is_said_twice_is_run_once_a_night(repeated):
    for _ in range(3):
        assert repeated().status_code == 302
    repeated(hour="3")
    assert sorted(Nightly.objects.values_list("hour", flat=True)) == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_what_is_said_at_the_same_moment_is_run_once_a_night(repeated, owner):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    repeated()
    Nightly.objects.all().delete()
    plan = Plan.objects.select_related("run__dataset", "prompt", "connection").get()

    def said(_n):
        try:
            return nightly.repeat(plan, "production", 2, owner).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(said, range(3)))) == 1
    assert Nightly.objects.count() == 1


def test_a_night_that_cannot_be_run_says_why_and_the_next_is_tried(client, project, repeated):
    repeated(label="latest")
    one = Nightly.objects.get()
    one.prompt.versions.all().delete()
    assert list(nightly.start_due(at(2))) == []
    page = client.get(reverse("experiment-list", args=[project.id])).content.decode()
    assert "No version of “capital” has the label “latest”." in page
    one.refresh_from_db()
    assert one.last_on == at(2).date()


def test_a_store_that_is_away_puts_it_off_to_the_next_round(repeated, settings):
    from traces import clickhouse

    repeated()
    address = settings.CLICKHOUSE_URL
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/none"
    clickhouse.forget_clients()
    assert list(nightly.start_due(at(2))) == []
    settings.CLICKHOUSE_URL = address
    clickhouse.forget_clients()
    assert len(list(nightly.start_due(at(2)))) == 1


@pytest.mark.parametrize(
    "wrong", [{"hour": "24"}, {"hour": ""}, {"label": ""}, {"label": "x" * 99}]
)
def test_what_is_wrong_is_told(repeated, wrong):
    assert repeated(**wrong).status_code == 302
    assert not Nightly.objects.exists()


def test_it_is_ended_by_a_click_of_who_may_edit(client, project, repeated, viewer, owner):
    repeated()
    end = reverse("experiment-nightly-end", args=[project.id, Nightly.objects.get().pk])
    client.force_login(viewer)
    assert client.post(end).status_code == 404 and repeated().status_code == 404
    client.force_login(owner)
    assert client.post(end).status_code == 302
    assert not Nightly.objects.exists() and Plan.objects.count() == 1

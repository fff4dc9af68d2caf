"""Running a prompt on a dataset from the page."""

import pytest
from django.urls import reverse

from evals.experiments.models import Plan
from evals.experiments.running import working
from tests.llm.stand_in import answers, refuses


@pytest.fixture
def ask(client, project, dataset, make, make_connection, unpaced, owner):
    """`ask(do="start")`: the answer to the form, filled in."""
    make("capital", "Capital of {{country}}?", labels=["production"])
    make("capital", "The capital of {{country}}, please.")
    connection = unpaced(make_connection(model_names=["gpt-4o-mini"]))
    client.force_login(owner)

    def send(**changes):
        given = {
            "dataset": dataset.pk, "prompt": "capital", "name": "try", "versions": ["2"],
            "connection": connection.pk, "models": "gpt-4o-mini", "do": "estimate",
            "evaluators": ["check:exact_match"],
        }  # fmt: skip
        return client.post(reverse("experiment-new", args=[project.id]), {**given, **changes})

    return send


def test_the_cost_is_told_before_anything_is_called(ask, provider):
    page = ask().content.decode()
    assert "≈ $" in page or "≈ &lt;$" in page
    assert not Plan.objects.exists() and provider.asked == []


def test_a_started_experiment_runs_to_its_end_and_tells_how_far_it_is(
    ask, client, project, provider
):
    provider.will(answers("Seoul"))
    answer = ask(do="start")
    assert answer.status_code == 302
    plan = Plan.objects.get()
    here = answer.headers["Location"]
    assert "Waiting for a worker" in client.get(here).content.decode()
    part = client.get(f"{here}&part=progress", headers={"HX-Request": "true"})
    assert "every 2s" in part.content.decode() and "HX-Refresh" not in part.headers
    while working.work(plan.pk, seconds=30):
        pass
    part = client.get(f"{here}&part=progress", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    page = client.get(here).content.decode()
    assert "Done" in page and "exact_match" in page and "20.0 %" in page


def test_the_list_tells_what_runs_what_waits_and_what_came_to_nothing(
    ask, client, project, provider
):
    from datetime import timedelta

    from django.utils import timezone

    here = reverse("experiment-list", args=[project.id])
    ask(do="start")
    plan = Plan.objects.get()
    assert "Waiting for a worker" in client.get(here).content.decode()
    Plan.objects.update(started_at=timezone.now(), due_at=timezone.now() + timedelta(minutes=5))
    assert "Waits until" in client.get(here).content.decode()
    Plan.objects.update(due_at=timezone.now())
    assert "Running, 0 of 5" in client.get(here).content.decode()
    provider.will(refuses(400, {"message": "no such thing"}))
    while working.work(plan.pk, seconds=30):
        pass
    page = client.get(here).content.decode()
    assert "Every item failed" in page
    one = client.get(reverse("experiment-page", args=[project.id]), {"id": plan.run.public_id})
    page = one.content.decode()
    assert "Every item failed" in page and ">Done<" not in page and "cost unknown" not in page
    ask(do="start", name="again")
    client.post(
        reverse("experiment-stop", args=[project.id]), {"id": Plan.objects.first().run.public_id}
    )
    assert "Stopped" in client.get(here).content.decode()


def test_what_can_score_is_grouped_with_its_settings_and_only_where_it_is_set_up(
    ask, client, project, dataset
):
    from evals.checks.models import ProjectCheck
    from evals.experiments.forms import grouped
    from evals.experiments.running.evaluators import JUDGE, Evaluator, offered

    def labels():
        return {words: [told for _key, told in some]
                for words, some in grouped(offered(project.id), set())}  # fmt: skip

    before = [told for some in labels().values() for told in some]
    assert not any(told.startswith(("Regular expression", "JSON schema")) for told in before)
    assert "Latency · Seconds at most: 30" in before
    assert labels()["Text"] == sorted(labels()["Text"], key=str.casefold)
    options = {"of": "output", "patterns": ["^Seoul"], "wanted": "all"}
    ProjectCheck.objects.create(project=project, check_key="regex", name="begins", options=options)
    (own,) = labels()["Checks of this project"]
    assert own.startswith("begins (Regular expression)") and "^Seoul" in own
    judges = [Evaluator(JUDGE, "1", "zest"), Evaluator(JUDGE, "2", "Aptness")]
    ((heading, some),) = grouped(judges, {"zest"})
    assert (heading, [told for _key, told in some]) == ("Judges", ["Aptness", "zest (paused)"])
    here = {"dataset": dataset.pk, "prompt": "capital"}
    page = client.get(reverse("experiment-new", args=[project.id]), here).content.decode()
    assert "<legend>Checks of this project</legend>" in page
    assert 'value="project_check:begins"' in page and 'value="check:exact_match"' in page


def test_each_version_is_run_with_each_model(ask, client):
    answer = ask(do="start", versions=["1", "2"], models="gpt-4o-mini\ngpt-4o")
    assert "dataset=" in answer.headers["Location"]
    assert set(Plan.objects.values_list("run__name", flat=True)) == {
        "try · v1 · gpt-4o-mini", "try · v1 · gpt-4o",
        "try · v2 · gpt-4o-mini", "try · v2 · gpt-4o",
    }  # fmt: skip
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"versions": ["9"]},
        {"models": ""},
        {"models": "\n".join("abcdefghi")},
        {"connection": "other"},
        {"evaluators": ["judge:other"]},
        {"split": "none"},
        {"moment": "2999-01-01T00:00"},
        {"temperature": "hot"},
        {"moment": "2001-01-01T00:00"},
    ],
)
def test_what_is_wrong_is_told_and_nothing_begins(ask, wrong):
    answer = ask(do="start", **wrong)
    page = answer.content.decode()
    assert answer.status_code == 400 and ('role="alert"' in page or 'class="errors"' in page)
    assert not Plan.objects.exists()


def test_it_is_stopped_by_a_click(ask, client, project, provider):
    answer = ask(do="start")
    run_id = Plan.objects.get().run.public_id
    stop = reverse("experiment-stop", args=[project.id])
    assert client.post(stop, {"id": run_id}).status_code == 302
    assert "Stopped" in client.get(answer.headers["Location"]).content.decode()
    assert working.work(Plan.objects.get().pk) is False and provider.asked == []
    assert client.post(stop, {"id": "other"}).status_code == 404


def test_who_may_only_look_starts_and_stops_nothing(ask, client, project, viewer):
    client.force_login(viewer)
    assert ask(do="start").status_code == 404
    assert client.get(reverse("experiment-new", args=[project.id])).status_code == 404
    assert (
        client.post(reverse("experiment-stop", args=[project.id]), {"id": "x"}).status_code == 404
    )


def test_the_form_says_what_is_missing_before_it_can_be_used(client, project, owner):
    client.force_login(owner)
    page = client.get(reverse("experiment-new", args=[project.id])).content.decode()
    assert "First a dataset" in page

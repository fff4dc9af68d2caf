"""Evaluators put to experiments that are there: each item's trace or observation gets one score."""

import json

import pytest
from django.urls import reverse

from evals.datasets.items import By, NewItem, add
from evals.experiments import judged
from evals.experiments.models import Judgement, Plan, PlannedItem, Run, Step
from evals.experiments.names import run_id
from evals.experiments.running.answering import root_of, trace_of
from evals.experiments.running.evaluators import JUDGE
from evals.judges import calibrating, evaluators, past, working
from evals.judges.models import Execution, Pace, PastRun
from tests.llm.stand_in import answers
from traces.clickhouse import rows

RUNS = "/api/v1/judge-runs"
SAID = json.dumps({"reasoning": "Because.", "score": True})


@pytest.fixture
def judge(project, make_connection):
    """`judge("right")`: an evaluator that compares the output with what is expected."""

    def made(name="right"):
        connection = make_connection(model_names=["gpt-4o-mini"])
        Pace.objects.create(connection=connection, per_minute=1_000_000)
        draft = evaluators.Draft(
            messages=[{"role": "user", "content": "Expected: {{expected}}\n\nGot: {{got}}"}],
            mapping={
                "expected": {"source": "expected_output"},
                "got": {"source": "output"},
            },
            output={"kind": "boolean"},
            connection=connection,
            model="gpt-4o-mini",
        )
        return evaluators.create(project, name, draft)

    return made


@pytest.fixture
def sdk_run(call, dataset, span, project):
    """A run of three items as SDK 2 records it: rows that name traces, of which no span tells."""
    for n in range(3):
        span(f"t{n}", f"t{n}-root", is_root=True, input="q", output=f"answer {n}")
        link = {"runName": "first", "datasetItemId": f"i{n}", "traceId": f"t{n}"}
        assert call("post", "dataset-run-items", link)[0] == 200
    return run_id(project.id, dataset.pk, "first")


@pytest.fixture
def post(client, project, member):
    client.force_login(member)
    return lambda **data: client.post(reverse("experiment-judge", args=[project.id]), data)


def work_all() -> None:
    for run in PastRun.objects.filter(finished_at=None):
        while past.work(run.pk):
            pass
    while working.work():
        pass


def scores(project) -> list[tuple]:
    found = rows(
        """
        SELECT trace_id, observation_id, name, value FROM scores FINAL
        WHERE project_id = {project_id:String} AND NOT is_deleted
        ORDER BY trace_id, observation_id
        """,
        project_id=project.id,
    )
    return [tuple(row.values()) for row in found]


def test_a_run_of_an_sdk_is_judged_with_what_its_dataset_expects_and_only_once(
    project, judge, sdk_run, provider, post, client
):
    one = judge()
    provider.will(answers(SAID))
    page = client.get(
        reverse("experiment-judge", args=[project.id]), {"id": sdk_run, "evaluator": one.pk}
    ).content.decode()
    assert "Begin" in page and "unknown until it has judged something" in page
    begun = post(id=sdk_run, evaluator=one.pk)
    assert begun.url == reverse("evaluator-past", args=[project.id, one.pk])
    work_all()
    assert scores(project) == [(f"t{n}", "", "right", 1.0) for n in range(3)]
    asked = [call.body["messages"][-1]["content"] for call in provider.asked]
    for n, city in enumerate(["Seoul", "Paris", "Lima"]):
        assert [city in text for text in asked if f"answer {n}" in text] == [True]
    post(id=sdk_run, evaluator=one.pk)
    work_all()
    assert len(provider.asked) == 3 and Execution.objects.count() == 3
    again = PastRun.objects.first()
    assert (again.made, again.known, again.looked_at, again.is_over) == (0, 3, 3, True)
    shown = client.get(reverse("experiment-page", args=[project.id]), {"id": sdk_run})
    assert "3 of 3 judged" in shown.content.decode()
    shown = client.get(begun.url).content.decode()
    assert "An experiment" in shown and "first" in shown


def test_what_spans_tell_of_gives_the_observation_a_score(project, dataset, judge, told, provider):
    one = judge()
    run = told("second", dataset, "i1", "t9", output="Paris")
    provider.will(answers(SAID))
    past.begin_experiment(evaluators.current(one), run, "second", None)
    work_all()
    assert scores(project) == [("t9", "t9-root", "right", 1.0)]
    assert "Paris" in provider.asked[0].body["messages"][-1]["content"]


def test_the_item_is_taken_as_it_was_when_it_was_run(project, dataset, judge, sdk_run, provider):
    one = judge()
    add(dataset, [NewItem(id="i0", input={"country": "c0"}, expected_output="Busan")], By())
    provider.will(answers(SAID))
    past.begin_experiment(evaluators.current(one), sdk_run, "first", None)
    work_all()
    asked = [call.body["messages"][-1]["content"] for call in provider.asked]
    assert any("Seoul" in text for text in asked) and not any("Busan" in text for text in asked)
    calibrating.repeat(evaluators.current(one), 3, 2)  # which asks the same again
    work_all()
    again = [call.body["messages"][-1]["content"] for call in provider.asked[3:]]
    assert sorted(again) == sorted(asked)


@pytest.mark.parametrize(("is_over", "step", "known"), [
    (True, Step.DONE, True), (True, Step.FAILED, False), (False, Step.WAITING, True),
])  # fmt: skip
def test_what_the_experiment_itself_has_judged_is_not_judged_again(
    is_over, step, known, project, dataset, judge, now
):
    from django.utils import timezone

    version = evaluators.current(judge())
    run = Run.objects.create(
        project=project,
        dataset=dataset,
        name="own",
        public_id=run_id(project.id, dataset.pk, "own"),
    )
    wanted = {"kind": JUDGE, "ref": version.pk, "name": "right", "options": {}}
    plan = Plan.objects.create(
        run=run, prompt_name="p", prompt_version=1, body="", model="m", evaluators=[wanted],
        version_at=timezone.now(), finished_at=timezone.now() if is_over else None,
    )  # fmt: skip
    row = dataset.versions.get(item_id="i0")
    item = PlannedItem.objects.create(plan=plan, item=row, step=Step.DONE)
    Judgement.objects.create(plan=plan, item=item, version=version, name="right", step=step)
    run.items.create(item_id="i0", trace_id=trace_of(item), observation_id=root_of(item))
    made = past.begin_experiment(version, run.public_id, "own", None)
    [found] = judged.targets_of(made)
    assert (found.target, found.item, found.is_judged) == (
        (trace_of(item), root_of(item)), row.pk, known,
    )  # fmt: skip
    while past.work(made.pk):
        pass
    made.refresh_from_db()
    assert (made.made, made.known) == ((0, 1) if known else (1, 0))


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next(
    project, judge, sdk_run, monkeypatch, dataset
):
    monkeypatch.setattr(past, "AT_ONCE", 2)
    run = past.begin_experiment(evaluators.current(judge()), sdk_run, "first", None)
    steps = past.steps(run)
    noted = next(steps)
    assert (noted["made"], noted["position"]) == (2, "2")
    steps.close()  # before it was noted
    while past.work(run.pk):
        pass
    run.refresh_from_db()
    assert (run.made, run.known, run.looked_at, run.position) == (3, 0, 3, "end")
    assert Execution.objects.count() == 3


def test_the_api_begins_tells_and_stops(ask, judge, sdk_run):
    one = judge()
    status, made = ask("post", RUNS, {"evaluator": "right", "experiment_id": sdk_run})
    assert (status, made["state"], made["version"]) == (201, "working", 1)
    while past.work(made["id"]):
        pass
    told = ask("get", f"{RUNS}/{made['id']}")[1]
    assert (told["judgements"], told["scored"], told["state"]) == (3, 0, "working")
    assert ask("delete", f"{RUNS}/{made['id']}")[1]["state"] == "stopped"
    assert not one.executions.exists()
    assert ask("post", RUNS, {"evaluator": "no", "experiment_id": sdk_run})[0] == 404
    assert ask("post", RUNS, {"evaluator": "right", "experiment_id": "no"})[0] == 404
    assert ask("post", RUNS, {"evaluator": "right"})[0] == 400
    for wrong in ("0", "x", "9" * 30, "%00"):
        assert ask("get", f"{RUNS}/{wrong}")[0] == 404


def test_no_more_runs_than_may_be_are_begun(ask, judge, sdk_run, post):
    one = judge()
    wanted = {"evaluator": "right", "experiment_id": sdk_run}
    assert [ask("post", RUNS, wanted)[0] for _ in range(6)] == [201] * 5 + [429]
    post(id=sdk_run, evaluator=one.pk)
    assert PastRun.objects.count() == 5


def test_viewers_put_no_evaluator_to_anything(client, project, viewer, judge, sdk_run):
    one = judge()
    client.force_login(viewer)
    url = reverse("experiment-judge", args=[project.id])
    assert client.get(url).status_code == 404
    assert client.post(url, {"id": sdk_run, "evaluator": one.pk}).status_code == 404
    assert not PastRun.objects.exists()


def test_an_evaluator_of_another_project_judges_nothing_here(
    post, project, organisation, judge, sdk_run
):
    from accounts.models import Project

    one = judge()
    other = Project.objects.create(organisation=organisation, name="other")
    type(one).objects.filter(pk=one.pk).update(project=other)
    assert post(id=sdk_run, evaluator=one.pk).status_code == 200
    assert not PastRun.objects.exists()

"""Gates that ask an experiment: a label moves only where the newest one passed."""

import pytest

from accounts.roles import Role
from evals.experiments import reading, recording
from evals.experiments.models import Plan
from evals.experiments.running import holding, planning, working
from evals.experiments.running.evaluators import CHECK, Evaluator
from evals.experiments.running.planning import Wish
from prompts import labels
from prompts.changes import By
from prompts.gates import GateClosed, running
from prompts.gates.forms import GateForm
from prompts.gates.models import Gate
from prompts.gates.verdicts import Verdict
from prompts.models import Way
from tests.llm.stand_in import answers

SETTINGS = {
    "experiment_dataset": "geo/capitals",
    "experiment_score": "exact_match",
    "experiment_min_score": 0.3,
    "experiment_max_regression": 0.2,
    "experiment_max_cost_ratio": 1.5,
}


@pytest.fixture
def dataset(dataset):
    """Of sixteen items, of which all but i1 to i4 want “Seoul”."""
    from evals.datasets.items import By as Whoever
    from evals.datasets.items import NewItem, add

    wanted = [
        NewItem(id=f"i{n}", input={"country": "k"}, expected_output="Seoul") for n in range(5, 16)
    ]
    add(dataset, wanted, Whoever())
    return dataset


@pytest.fixture
def try_out(dataset, make_connection, unpaced, provider):
    """`try_out(version, "Seoul")`: an experiment of it that answers so."""
    connection = unpaced(make_connection(model_names=["gpt-4o-mini"]))
    exact = Evaluator(CHECK, "exact_match", "exact_match")

    def ran(version, answer, **changes):
        provider.will(answers(answer))
        wish = Wish(**{
            "dataset": dataset, "name": f"v{version.number} {Plan.objects.count()}",
            "version": version, "connection": connection, "model": "gpt-4o-mini",
            "parameters": {}, "evaluators": [exact], **changes,
        })  # fmt: skip
        plan = planning.start(wish, None, None)
        while working.work(plan.pk, seconds=30):
            pass
        return plan

    return ran


@pytest.fixture
def told(project, make):
    """`told(version, against)`: the verdict and the words of each check of the gate."""
    gate = Gate.objects.create(project=project, label="production", checks=SETTINGS)

    def asked(version, against=None):
        report = running.run(gate, version.prompt, version, against)
        return {one.key: (one.verdict, one.said) for one in report.results}

    return asked


def verdicts(found):
    return [found[key][0] for key in SETTINGS]


PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
SKIPPED, UNKNOWN = Verdict.SKIPPED, Verdict.UNKNOWN


def test_a_label_moves_only_when_the_newest_experiment_of_the_version_passed(
    make, try_out, told, owner
):
    who = By(Way.PAGE, owner, role=Role.OWNER)
    version = make("capital", "Capital of {{country}}?")
    with pytest.raises(GateClosed, match="has not been run"):
        labels.move(version.prompt, "production", version, who)
    try_out(version, "I do not know")
    with pytest.raises(GateClosed, match=r"0\.000 on average"):
        labels.move(version.prompt, "production", version, who)
    try_out(version, "Seoul")
    labels.move(version.prompt, "production", version, who)
    assert version.prompt.labels.get(name="production").version == version


def test_a_version_that_does_worse_on_the_same_items_is_stopped(make, try_out, told):
    old = make("capital", "Capital of {{country}}?")
    new = make("capital", "What is the capital of {{country}}?")
    try_out(old, "Seoul")
    try_out(new, "Seoul")
    assert verdicts(told(new, old)) == [PASSED] * 5
    try_out(new, "Busan")
    found = told(new, old)
    assert verdicts(found) == [PASSED, PASSED, FAILED, FAILED, PASSED]
    assert "-0.750 against version 1" in found["experiment_max_regression"][1]


def test_of_what_should_not_be_there_at_most_so_much_is_asked_and_a_rise_is_the_loss(
    make, try_out, project
):
    """The safety checks, as they come: less of each is better."""
    asked = {
        "experiment_dataset": "geo/capitals", "experiment_score": "personal_data",
        "experiment_max_regression": 0.2,
    }  # fmt: skip
    plain = Gate.objects.create(project=project, label="staging", checks=asked)
    least = {**asked, "experiment_max_score": 0.0}
    strict = Gate.objects.create(project=project, label="production", checks=least)
    old = make("capital", "Capital of {{country}}?")
    new = make("capital", "What is the capital of {{country}}?")
    watching = [Evaluator(CHECK, "personal_data", "personal_data")]
    try_out(old, "Ask mina.kim@seoul.go.kr", evaluators=watching)
    try_out(new, "Seoul", evaluators=watching)

    def found(gate, version, against):
        report = running.run(gate, version.prompt, version, against)
        return {one.key: (one.verdict, one.said) for one in report.results}

    assert found(plain, new, old)["experiment_max_regression"][0] == PASSED
    better, worse = found(strict, new, old), found(strict, old, new)
    assert better["experiment_max_score"][0] == better["experiment_max_regression"][0] == PASSED
    assert worse["experiment_max_score"][0] == FAILED
    assert worse["experiment_max_regression"][0] == FAILED
    assert "a rise of 0.2 is allowed" in worse["experiment_max_regression"][1]
    assert found(plain, old, new)["experiment_max_regression"][0] == FAILED


def test_an_item_that_was_edited_in_between_does_not_count_against_a_version(
    make, try_out, told, dataset
):
    from evals.datasets.items import By as Whoever
    from evals.datasets.items import NewItem, add

    old = make("capital", "Capital of {{country}}?")
    new = make("capital", "What is the capital of {{country}}?")
    try_out(old, "Seoul")
    edits = [NewItem(id=f"i{n}", expected_output="Sejong") for n in range(10, 15)]
    add(dataset, edits, Whoever())
    try_out(new, "Seoul")
    found = told(new, old)
    assert verdicts(found) == [PASSED] * 5
    assert "which do not count: 5" in found["experiment_max_regression"][1]
    edits = [NewItem(id=f"i{n}", expected_output="Jeju") for n in range(16)]
    add(dataset, edits, Whoever())
    try_out(new, "Jeju")
    found = told(new, old)
    assert verdicts(found)[3:] == [UNKNOWN, UNKNOWN]
    assert "16 were edited in between: run version 1 again" in found["experiment_max_cost_ratio"][1]


def test_a_first_version_has_nothing_to_be_compared_with(make, try_out, told):
    version = make("capital", "Capital of {{country}}?")
    try_out(version, "Seoul")
    assert verdicts(told(version)) == [PASSED, PASSED, PASSED, SKIPPED, SKIPPED]


def test_what_cannot_be_told_is_told(make, try_out, told, dataset):
    old = make("capital", "Capital of {{country}}?")
    new = make("capital", "The capital of {{country}}")
    plan = try_out(new, "Seoul")
    found = told(new, old)
    assert verdicts(found)[3:] == [UNKNOWN, UNKNOWN]
    assert "Version 1 has not been run" in found["experiment_max_regression"][1]
    Plan.objects.update(finished_at=None)
    assert "still runs: 16 of 16" in told(new)["experiment_dataset"][1]
    holding.cancel(plan)
    assert "was stopped" in told(new)["experiment_dataset"][1]


def test_what_was_deleted_counts_no_more_and_its_name_may_be_run_again(
    make, try_out, told, project
):
    version = make("capital", "Capital of {{country}}?")
    plan = try_out(version, "Seoul", name="nightly")
    experiment = reading.experiment_of(project.id, plan.run.public_id)
    recording.delete(project.id, experiment)
    assert "has not been run" in told(version)["experiment_dataset"][1]
    try_out(version, "Seoul", name="nightly")
    assert verdicts(told(version))[:3] == [PASSED] * 3


def test_an_experiment_on_a_part_of_the_dataset_or_without_the_score_does_not_do(
    make, try_out, told, dataset
):
    from evals.datasets.items import By as Whoever
    from evals.datasets.items import NewItem, add

    version = make("capital", "Capital of {{country}}?")
    add(dataset, [NewItem(id="i0", splits=["easy"])], Whoever())
    try_out(version, "Seoul", split="easy")
    assert verdicts(told(version)) == [UNKNOWN, UNKNOWN, UNKNOWN, SKIPPED, SKIPPED]
    try_out(version, "Seoul", evaluators=[])
    assert verdicts(told(version)) == [PASSED, FAILED, UNKNOWN, SKIPPED, SKIPPED]


def test_what_it_includes_must_be_what_was_tried(make, try_out, project):
    make("tone", "Be kind.", labels=["production"])
    version = make(
        "capital", "@@@langfusePrompt:name=tone|label=production@@@ Capital of {{country}}?"
    )
    try_out(version, "Seoul")
    make("tone", "Be rude.", labels=["production"])
    gate = Gate.objects.create(project=version.prompt.project, label="production", checks=SETTINGS)
    report = running.run(gate, version.prompt, version, None)
    (said,) = [one.said for one in report.results if one.key == "experiment_dataset"]
    assert "has changed since" in said


def test_the_form_of_a_gate_offers_what_is_there_and_tells_a_typo(project, dataset):
    from evals.scores.models import ScoreConfig

    ScoreConfig.objects.create(project=project, name="stars", data_type="NUMERIC")
    given = {"label": "production", "experiment_dataset": "geo/capital"}
    form = GateForm(given, project_id=project.id)
    assert not form.is_valid() and "geo/capital " in form.errors["experiment_dataset"][0]
    offered = {key: [name for name, _words in form.fields[key].choices]
               for key in ("experiment_dataset", "experiment_score")}  # fmt: skip
    assert offered["experiment_dataset"] == ["", "geo/capitals"]
    assert {"exact_match", "unsafe", "stars"} <= set(offered["experiment_score"])
    right = {**given, "experiment_dataset": "geo/capitals", "experiment_score": "stars"}
    assert GateForm(right, project_id=project.id).is_valid()
    kept = {"experiment_dataset": "gone"}  # what it was is no reason that nothing can be saved
    assert GateForm({**given, **kept}, kept=kept, project_id=project.id).is_valid()


def test_the_form_of_a_gate_asks_for_what_belongs_together():
    given = {"label": "production", "experiment_min_score": "0.5"}
    form = GateForm(given)
    assert not form.is_valid()
    assert {"experiment_dataset", "experiment_score"} <= form.errors.keys()
    form = GateForm({**given, "experiment_dataset": "d", "experiment_score": "s"})
    assert form.is_valid(), form.errors
    assert form.checks["experiment_min_score"] == 0.5

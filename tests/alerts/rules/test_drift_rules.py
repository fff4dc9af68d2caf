"""Rules whose condition is a drift that a monitor found."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Project
from alerts.incidents import explaining
from alerts.incidents.models import Incident, Notice
from alerts.rules import courses
from alerts.rules.backtesting import backtest
from alerts.rules.changing import made
from alerts.rules.conditions import Drift, WrongRule
from alerts.rules.definition import Definition, Measured
from alerts.rules.evaluating import evaluate
from alerts.rules.lifecycle import Lasting
from alerts.rules.models import SegmentState
from alerts.rules.stored import read, written
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.monitors import State
from evals.drift.tuning import Mark
from tests.alerts.conftest import MONDAY

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400


@pytest.fixture
def monitor(project):
    def monitored(name: str, **fields) -> DriftMonitor:
        fields = {"watched": "output_tokens", "kind": "numeric", **fields}
        return DriftMonitor.objects.create(project=project, name=name, **fields)

    return monitored


def found(monitor: DriftMonitor, at: datetime, state: State = State.DRIFT, **fields):
    told = {"effect": 0.3 if state == State.DRIFT else 0.02, "least_effect": 0.1, **fields}
    return DriftVerdict.objects.create(
        monitor=monitor,
        at=at,
        current_start=at - timedelta(hours=24),
        state=str(state),
        n_reference=500,
        n_current=500,
        **told,
    )


def drift_rule(project, monitor_id: str = "", **options):
    told = {"bucket": "hour", "lag_seconds": 0, **options}
    return made(project, "Drift", Definition(condition=Drift(monitor=monitor_id), **told))


def test_each_monitor_that_drifts_is_an_alert_of_its_own_and_told_once(project, monitor, at):
    rule = drift_rule(project)
    tokens, tools = monitor("Tokens"), monitor("Tools")
    monitor("Never run")
    found(tokens, at(30))
    found(tools, at(40), State.NONE)
    evaluate(rule.pk, at(HOUR))
    incident = Incident.objects.get()
    assert incident.labels == {"monitor": "Tokens", "id": tokens.pk}
    assert incident.tier == "warning"
    assert (incident.facts["value"], incident.facts["limit"]) == (0.3, 0.1)
    assert incident.facts["evidence"]["verdict"] == tokens.verdicts.get().pk
    evaluate(rule.pk, at(2 * HOUR))  # nothing new was judged: it still drifts
    incident.refresh_from_db()
    assert incident.is_open
    found(tokens, at(2 * HOUR + 60), State.NONE)
    evaluate(rule.pk, at(3 * HOUR))
    incident.refresh_from_db()
    assert incident.resolved_at == at(3 * HOUR)
    assert list(Notice.objects.order_by("at").values_list("news", flat=True)) == [
        "firing",
        "resolved",
    ]
    phases = SegmentState.objects.filter(rule=rule).values_list("labels__monitor", "phase")
    assert set(phases) == {("Tokens", "inactive"), ("Tools", "inactive")}


def test_what_a_person_marks_as_expected_is_over_and_what_is_harmful_is_not(project, monitor, at):
    rule = drift_rule(project)
    tokens, tools = monitor("Tokens"), monitor("Tools")
    expected, harmful = found(tokens, at(30)), found(tools, at(30))
    evaluate(rule.pk, at(HOUR))
    assert Incident.objects.filter(resolved_at=None).count() == 2
    for verdict, mark in ((expected, Mark.EXPECTED), (harmful, Mark.HARMFUL)):
        verdict.mark = str(mark)
        verdict.save(update_fields=("mark",))
    evaluate(rule.pk, at(2 * HOUR))
    (still,) = Incident.objects.filter(resolved_at=None)
    assert still.labels["monitor"] == "Tools"


def test_a_rule_of_one_monitor_leaves_the_others_alone(project, monitor, at):
    tokens, tools = monitor("Tokens"), monitor("Tools")
    rule = drift_rule(project, tools.pk)
    found(tokens, at(30))
    evaluate(rule.pk, at(HOUR))
    assert not Incident.objects.exists()
    assert set(SegmentState.objects.values_list("labels__monitor", flat=True)) <= {"Tools"}


def test_a_monitor_that_is_gone_is_said_on_the_rule(project, monitor, at):
    rule = drift_rule(project, "gone")
    evaluate(rule.pk, at(HOUR))
    rule.refresh_from_db()
    assert rule.failing_since and "drift monitor" in rule.last_error


def test_a_monitor_that_is_switched_off_is_over_when_nothing_was_known_for_long(
    project, monitor, at
):
    rule = drift_rule(project, lasting=Lasting(hold_seconds=2 * HOUR))
    tokens = monitor("Tokens")
    found(tokens, at(30))
    evaluate(rule.pk, at(HOUR))
    DriftMonitor.objects.filter(pk=tokens.pk).update(is_on=False)
    evaluate(rule.pk, at(2 * HOUR))
    assert Incident.objects.get().is_open
    evaluate(rule.pk, at(3 * HOUR))
    assert not Incident.objects.get().is_open


def test_another_projects_monitors_are_none_of_its_business(project, at):
    other = Project.objects.create(organisation=project.organisation, name="Other")
    theirs = DriftMonitor.objects.create(
        project=other, name="Theirs", watched="output_tokens", kind="numeric"
    )
    found(theirs, at(30))
    for rule in (drift_rule(project), made(project, "By id", _of(theirs.pk))):
        evaluate(rule.pk, at(HOUR))
    assert not SegmentState.objects.exists()


def _of(monitor_id: str) -> Definition:
    return Definition(condition=Drift(monitor=monitor_id), bucket="hour", lag_seconds=0)


def test_a_back_test_walks_over_what_was_found_and_the_chart_shows_it(project, monitor, at):
    tokens = monitor("Tokens")
    found(tokens, at(-DAY), State.NONE)  # what was judged last before the time counts in it
    found(tokens, at(2 * HOUR + 60))
    found(tokens, at(5 * HOUR + 60), State.TOO_FEW, effect=None)
    found(tokens, at(6 * HOUR + 60), State.NONE)
    told = backtest(project.id, _of(""), MONDAY, MONDAY + 8 * HOUR)
    (fired,) = told.firings
    assert fired.segment == ("Tokens", tokens.pk)
    assert (fired.began, fired.resolved) == (MONDAY + 2 * HOUR, MONDAY + 6 * HOUR)
    rule = drift_rule(project)
    labels = {"monitor": "Tokens", "id": tokens.pk}
    course = courses.course(project.id, rule.pk, labels, MONDAY, MONDAY + 8 * HOUR)
    assert [one.value for one in course.buckets] == [0.02] * 2 + [0.3] * 3 + [None] + [0.02] * 2
    assert [one.is_bad for one in course.buckets] == [2 <= n < 5 for n in range(8)]


def test_it_measures_nothing_itself_and_comes_back_from_json():
    wanted = read({"condition": {"kind": "drift", "monitor": "m1"}})
    assert wanted.labels == ("monitor", "id") and read(written(wanted)) == wanted
    with pytest.raises(WrongRule):
        Definition(condition=Drift(), measured=(Measured(),))
    with pytest.raises(WrongRule):
        Definition(condition=Drift(), by=("model",))


def test_what_it_says_of_its_incident_stands_without_a_measure(project, monitor, at):
    rule = drift_rule(project)
    tokens = monitor("Tokens")
    found(tokens, at(30))
    evaluate(rule.pk, at(HOUR))
    incident = Incident.objects.get()
    explainer = explaining.explainer()
    definition = explainer.definition_of(rule.pk)
    said = explainer.said(definition, incident.facts)
    assert "0.3" in said.value and "0.1" in said.limit
    times = (MONDAY, MONDAY + HOUR)
    assert explainer.samples(project.id, definition, incident.labels, *times) == []
    assert explainer.list_address(project.id, definition, incident.labels, *times) == ""

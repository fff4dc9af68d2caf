"""How well predictions did, by labels that came late."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evals.drift.performance import running, tasks
from evals.drift.performance.models import PerformanceMonitor, PerformanceVerdict
from traces.records import Score
from traces.writer import insert_scores

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")
NS, DAY = 1_000_000_000, 86_400
FORM = {
    "name": "Triage", "kind": "classes", "prediction": "guess", "label": "truth",
    "by_trace": "on", "positive": "bad", "confidence": "", "figure": "accuracy",
    "least_effect": "0.05", "label_days": "1", "current_days": "7", "reference_days": "28",
}  # fmt: skip


@pytest.fixture
def moment():
    return datetime.now(UTC).replace(minute=30, second=0, microsecond=0)


@pytest.fixture
def said(project, moment):
    """`said("a", days=-3, guess="bad", truth="good", late=2)`: predictions so many days ago, by a
    number of traces, with labels that came `late` days later; None is still to come.
    """

    def stored(prefix, rows, *, days, late=0.5):
        scores = []
        for number, fields in enumerate(rows):
            at = int(moment.timestamp() + days * DAY + number) * NS
            for name, value in fields.items():
                if value is None:
                    continue
                is_text = isinstance(value, str)
                when = at + int(late * DAY) * NS if name == "truth" else at
                scores.append(
                    Score(
                        project.id,
                        f"{prefix}{number}-{name}",
                        name,
                        when,
                        data_type="CATEGORICAL" if is_text else "NUMERIC",
                        value=None if is_text else value,
                        string_value=value if is_text else "",
                        trace_id=f"{prefix}{number}",
                        observation_id="call" if name == "guess" else "",
                        version=number + 1,
                    )
                )
        insert_scores(scores)

    return stored


@pytest.fixture
def monitor(project):
    def made(**fields):
        given = {"name": "Triage", "prediction": "guess", "label": "truth", "positive": "bad"}
        return PerformanceMonitor.objects.create(project=project, **{**given, **fields})

    return made


def rows(right, wrong, waiting=0):
    return (
        [{"guess": "bad", "truth": "bad"}] * (right // 2)
        + [{"guess": "good", "truth": "good"}] * (right - right // 2)
        + [{"guess": "bad", "truth": "good"}] * wrong
        + [{"guess": "bad", "truth": None}] * waiting
    )


def figure(verdict, name):
    return next(one for one in verdict.figures if one["name"] == name)


def test_predictions_that_became_worse_are_a_drift_and_told(monitor, said, moment, told):
    one = monitor()
    said("r", rows(180, 20, 5), days=-20)
    said("c", rows(120, 80, 30), days=-4)
    said("n", rows(0, 50), days=-0.5)  # too new: labels are still to come
    verdict = running.run(one.pk, moment)
    assert verdict.state == "drift"
    assert (verdict.labelled_reference, verdict.waiting_reference) == (200, 5)
    assert (verdict.labelled_current, verdict.waiting_current) == (200, 30)
    accuracy = figure(verdict, "accuracy")
    assert (accuracy["reference"][1], accuracy["current"][1]) == (0.9, 0.6)
    assert accuracy["difference"][1] == pytest.approx(-0.3)
    assert accuracy["difference"][2] < 0 and accuracy["is_sure"]
    assert figure(verdict, "precision")["current"][1] == pytest.approx(60 / 140)
    assert figure(verdict, "recall")["current"][1] == 1
    assert figure(verdict, "f1")["current"][1] == pytest.approx(120 / 200)
    (body,) = told()
    assert body["type"] == "drift.detected"
    assert body["data"]["performance"]["name"] == "Triage"
    assert body["data"]["verdict"]["waiting"] == 30


def test_a_window_has_one_verdict(monitor, said, moment, told):
    one = monitor()
    said("r", rows(180, 20), days=-20)
    said("c", rows(100, 100), days=-4)
    assert running.run(one.pk, moment) is not None
    assert running.run(one.pk, moment) is None
    assert running.due(moment) == []
    assert running.due(moment + running.EVERY) == [one.pk]
    assert PerformanceVerdict.objects.count() == 1 and len(told()) == 1


def test_a_sure_change_below_the_least_one_is_no_drift(monitor, said, moment):
    one = monitor(least_effect=0.5)
    said("r", rows(180, 20), days=-20)
    said("c", rows(120, 80), days=-4)
    verdict = running.run(one.pk, moment)
    assert verdict.state == "none" and figure(verdict, "accuracy")["is_sure"]


def test_few_labels_say_so_and_how_many_wait(monitor, said, moment):
    one = monitor()
    said("r", rows(180, 20), days=-20)
    said("c", rows(5, 0, 40), days=-4)
    verdict = running.run(one.pk, moment)
    assert verdict.state == "too_few" and "5 predictions" in verdict.why
    assert verdict.waiting_current == 40


def test_a_label_counts_once_it_has_come_and_the_last_one_counts(monitor, said, moment):
    one = monitor(label_days=3)
    said("r", rows(180, 20), days=-20)
    said("c", rows(200, 0), days=-5, late=6)  # labels of tomorrow
    first = running.run(one.pk, moment)
    assert (first.state, first.waiting_current) == ("too_few", 200)
    said("c", [{"truth": "good"}] * 200, days=-5, late=6)  # said anew
    second = running.run(one.pk, moment + timedelta(days=1, hours=1))
    assert second.waiting_current == 0 and second.labelled_current == 200
    assert figure(second, "accuracy")["current"][1] == 0.5


def test_numbers_are_held_against_numbers(monitor, said, moment):
    one = monitor(kind="numbers", figure="mae", least_effect=1.0)
    said("r", [{"guess": 10.0 + n % 3, "truth": 10.0} for n in range(90)], days=-20)
    said("c", [{"guess": 14.0 + n % 3, "truth": 10.0} for n in range(90)], days=-4)
    verdict = running.run(one.pk, moment)
    assert verdict.state == "drift"
    assert figure(verdict, "mae")["reference"][1] == pytest.approx(1)
    assert figure(verdict, "mae")["current"][1] == pytest.approx(5)
    assert figure(verdict, "rmse")["current"][1] == pytest.approx((77 / 3) ** 0.5)


def test_classes_that_are_numbers_are_told_apart_and_true_is_one(monitor, said, moment):
    pairs = [{"guess": 1234567.0, "truth": 1234568.0}] * 20 + [{"guess": 1.0, "truth": "true"}] * 20
    said("r", pairs, days=-20)
    said("c", pairs, days=-4)
    verdict = running.run(monitor(positive="True").pk, moment)
    assert figure(verdict, "accuracy")["current"][1] == 0.5
    assert figure(verdict, "recall")["current"][1] == 1


def test_a_probability_gives_the_area_under_the_curve(monitor, said, moment):
    one = monitor(figure="auc", confidence="sure")
    steady = [
        {"guess": "bad", "sure": 0.9 - n / 1000, "truth": "bad" if n % 2 else "good"}
        for n in range(100)
    ]
    sharp = [
        {"guess": "bad", "sure": 0.9 if n % 2 else 0.1, "truth": "bad" if n % 2 else "good"}
        for n in range(100)
    ]
    said("r", sharp, days=-20)
    said("c", steady, days=-4)
    verdict = running.run(one.pk, moment)
    assert verdict.state == "drift"
    assert figure(verdict, "auc")["reference"][1] == 1
    assert figure(verdict, "auc")["current"][1] == pytest.approx(0.5, abs=0.02)


def test_a_figure_that_a_side_lacks_is_not_comparable(monitor, said, moment):
    one = monitor(figure="precision", positive="awful")
    said("r", rows(50, 50), days=-20)
    said("c", rows(50, 50), days=-4)
    verdict = running.run(one.pk, moment)
    assert verdict.state == "not_comparable" and "precision" in verdict.why
    assert figure(verdict, "accuracy")["current"][1] == 0.5


def test_labels_of_the_same_observation_alone_can_be_asked_for(monitor, said, moment):
    one = monitor(by_trace=False)  # here predictions are of a call, labels of its trace
    said("r", rows(50, 50), days=-20)
    said("c", rows(50, 50), days=-4)
    verdict = running.run(one.pk, moment)
    assert verdict.state == "too_few" and verdict.waiting_current == 100


def test_a_monitor_that_is_changed_meanwhile_keeps_no_verdict(monitor, said, moment, owner):
    from evals.drift.performance import changing

    one = monitor()
    changing.switch(one, is_on=False, user=owner)
    assert running.run(one.pk, moment) is None and running.due() == []


def test_a_store_that_is_away_is_told_on_the_monitor(monitor, moment, monkeypatch):
    from traces.errors import Unavailable

    def away(_wanted):
        raise Unavailable("ClickHouse is away.")

    one = monitor()
    monkeypatch.setattr(running, "labelled", away)
    assert running.run(one.pk, moment) is None
    one.refresh_from_db()
    assert one.last_error == "ClickHouse is away." and one.next_at == moment + running.AGAIN


def test_a_monitor_is_made_looked_at_and_deleted(client, owner, project, said, moment):
    client.force_login(owner)

    def at(name, *ids, sent=None):
        address = reverse(name, args=[project.id, *ids])
        return client.get(address) if sent is None else client.post(address, sent)

    assert "No predictions are held" in at("drift-performance").content.decode()
    assert at("drift-performance-new").status_code == 200
    assert at("drift-performance-new", sent=FORM).status_code == 302
    one = PerformanceMonitor.objects.get()
    assert one.author == owner and one.label_days == 1
    assert "Not run yet" in at("drift-performance-one", one.pk).content.decode()
    said("r", rows(180, 20, 5), days=-20)
    said("c", rows(120, 80, 30), days=-4)
    PerformanceMonitor.objects.update(next_at=timezone.now())
    tasks.run(one.pk)
    page = at("drift-performance-one", one.pk).content.decode()
    assert "60" in page and "Drift" in page and "more than chance" in page
    assert "Triage" in at("drift-performance").content.decode()
    again = at("drift-performance-new", sent=FORM)
    assert again.status_code == 400 and "called so" in again.content.decode()
    assert at("drift-performance-edit", one.pk, sent={**FORM, "figure": "f1"}).status_code == 302
    one.refresh_from_db()
    assert one.figure == "f1" and not one.verdicts.exists()
    at("drift-performance-switch", one.pk, sent={"on": "0"})
    assert "off" in at("drift-performance").content.decode()
    at("drift-performance-delete", one.pk, sent={})
    assert not PerformanceMonitor.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"figure": "rmse"},
        {"figure": "auc"},
        {"figure": "f1", "positive": ""},
        {"least_effect": "0"},
        {"least_effect": "inf"},
        {"current_days": "91"},
        {"prediction": ""},
    ],
)
def test_what_makes_no_sense_is_refused(client, owner, project, wrong):
    client.force_login(owner)
    answer = client.post(reverse("drift-performance-new", args=[project.id]), {**FORM, **wrong})
    assert answer.status_code == 400 and not PerformanceMonitor.objects.exists()

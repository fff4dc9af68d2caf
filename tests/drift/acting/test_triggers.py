"""When webhooks are told that a model wants training again: once an episode."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from evals.drift.acting import tasks
from evals.drift.acting.models import Episode, Trigger
from evals.drift.acting.triggers import changing, watching

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")
NS = 1_000_000_000
RETRAIN = "retrain.wanted"
THUMBS = {
    "score": "thumbs", "beyond": "below", "limit": 0.8, "hours": 24, "least": 10, "query": "",
}  # fmt: skip


@pytest.fixture
def trigger(project, owner):
    """`trigger("marks", count=2, days=30)`."""

    def made(when, of=None, name="Retrain", **options):
        fields = {"name": name, "monitor": of, "options": options}
        one = changing.create(project, when, fields, owner)
        long_ago = timezone.now() - timedelta(days=90)
        Trigger.objects.filter(pk=one.pk).update(created_at=long_ago)
        return one

    return made


def test_drifts_in_a_row_are_told_once_until_the_monitor_finds_none(
    trigger, verdict, monitor, told
):
    one = trigger("verdict", monitor, after=2)
    now = timezone.now()
    verdict(at=-4)
    assert not watching.look(one.pk, now)
    verdict(at=-3)
    assert watching.look(one.pk, now + timedelta(minutes=1))
    verdict(at=-2)
    assert not watching.look(one.pk, now + timedelta(minutes=2))  # the same episode
    assert len(told(RETRAIN)) == 1
    reasons = told(RETRAIN)[0]["data"]["reasons"]
    assert reasons["drifts_in_a_row"] == 2 and reasons["monitor"] == "Answers"
    verdict("none", at=-1)
    assert not watching.look(one.pk, now + timedelta(minutes=3))
    assert one.episodes.get().ended_at == now + timedelta(minutes=3)
    for number in (1, 2):
        verdict(at=number)
    later = now + timedelta(days=4)
    assert watching.look(one.pk, later) and len(told(RETRAIN)) == 2


def test_a_share_of_negative_feedback_beyond_the_limit_is_told(trigger, score, now, told):
    one = trigger("score", **THUMBS)
    moment = datetime.fromtimestamp(now // NS, UTC) + timedelta(hours=1)
    for number in range(9):
        score(f"t{number}", "thumbs", float(number < 6))
    assert not watching.look(one.pk, moment)  # nine are too few to know
    assert one.episodes.count() == 0
    score("t9", "thumbs", 0.0)
    assert watching.look(one.pk, moment + timedelta(seconds=1))
    reasons = told(RETRAIN)[0]["data"]["reasons"]
    assert (reasons["mean"], reasons["scores"]) == (0.6, 10)
    assert not watching.look(one.pk, moment + timedelta(hours=30))  # none left to look at
    assert one.episodes.get().ended_at is None  # and nobody knows whether it is over
    for number in range(20):
        score(f"u{number}", "thumbs", 1.0)
    assert not watching.look(one.pk, moment + timedelta(seconds=2))
    assert one.episodes.get().ended_at is None  # an earlier look changes nothing


def test_an_episode_ends_when_the_score_is_back(trigger, score, now, told):
    one = trigger("score", **THUMBS)
    moment = datetime.fromtimestamp(now // NS, UTC) + timedelta(hours=1)
    for number in range(10):
        score(f"t{number}", "thumbs", 0.0)
    assert watching.look(one.pk, moment)
    for number in range(90):
        score(f"u{number}", "thumbs", 1.0)
    assert not watching.look(one.pk, moment + timedelta(minutes=5))
    assert one.episodes.get().ended_at is not None and len(told(RETRAIN)) == 1


def test_marks_count_once(trigger, verdict, told):
    one = trigger("marks", count=2, days=30)
    now = timezone.now()
    for number in range(2):
        marked = now - timedelta(hours=1 + number)
        verdict(at=-1 - number, mark="harmful", marked_at=marked)
    verdict(at=-5, mark="expected", marked_at=now - timedelta(hours=1))
    verdict(at=-40, mark="harmful", marked_at=now - timedelta(days=31))
    assert watching.look(one.pk, now)
    assert not watching.look(one.pk, now + timedelta(minutes=5))
    (body,) = told(RETRAIN)
    assert body["data"]["reasons"]["harmful"] == 2
    assert len(body["data"]["reasons"]["addresses"]) == 2
    verdict(at=-6, mark="harmful", marked_at=now + timedelta(minutes=6))
    assert not watching.look(one.pk, now + timedelta(minutes=7))  # those before were told


def test_a_schedule_comes_round(trigger, told):
    one = trigger("schedule", days=30)
    now = timezone.now()
    assert watching.look(one.pk, now)
    assert not watching.look(one.pk, now + timedelta(days=29))
    assert watching.look(one.pk, now + timedelta(days=30))
    assert len(told(RETRAIN)) == 2 and not Episode.objects.filter(ended_at=None).exists()


def test_a_trigger_that_is_off_or_changed_meanwhile_tells_nothing(trigger, owner, told):
    one = trigger("schedule", days=1)
    changing.switch(one, is_on=False, user=owner)
    tasks.sweep()
    tasks.look(one.pk)
    assert told(RETRAIN) == []
    changing.switch(one, is_on=True, user=owner)
    tasks.look(one.pk)
    tasks.look(one.pk)
    assert len(told(RETRAIN)) == 1


def test_what_stands_in_the_way_is_written_on_the_trigger(trigger, project, told):
    one = trigger("score", **{**THUMBS, "query": "planet:mars :"})
    assert not watching.look(one.pk)
    one.refresh_from_db()
    assert one.last_error and told(RETRAIN) == []
    assert watching.due() == []  # until its turn comes again
    assert watching.due(timezone.now() + watching.EVERY) == [one.pk]

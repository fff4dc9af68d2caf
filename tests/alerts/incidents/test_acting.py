"""What people do with incidents, and how notices leave the outbox."""

from datetime import timedelta

import pytest

from alerts.incidents import acting, outbox
from alerts.incidents.matching import Matcher
from alerts.incidents.models import Incident, Notice
from alerts.incidents.recording import Alert, Change, record
from alerts.incidents.telling import Policy, tell
from alerts.incidents.tiers import Step, Tier

pytestmark = pytest.mark.django_db


@pytest.fixture
def fire(project, at):
    """`fire("a", "b")`: an incident for each of these models, told in one notice."""

    def fired(*models, tier=Tier.WARNING) -> list[Incident]:
        changes = [
            Change(
                alert=Alert(
                    project=project,
                    rule_id="r1",
                    rule_name="Errors",
                    fingerprint=f"{project.id}-{model}",
                    group_key=f"{project.id}-r1",
                    labels={"model": model},
                ),
                step=Step.FIRED,
                tier=tier,
                at=at(60),
                began_at=at(0),
            )
            for model in models
        ]
        incidents = record(changes)
        tell(project, "r1", Policy(), changed=incidents, now=at(60))
        return incidents

    return fired


def kinds(incident) -> list[str]:
    return [event.kind for event in incident.events.order_by("pk")]


def test_everything_that_is_done_stands_in_the_timeline_once(fire, owner, member):
    (incident,) = fire("a")
    assert acting.acknowledge(incident.pk, owner) and not acting.acknowledge(incident.pk, member)
    assert acting.assign(incident.pk, owner, member)
    assert not acting.assign(incident.pk, owner, member)
    assert acting.comment(incident.pk, member, " Restarted the gateway.\0 ")
    assert not acting.comment(incident.pk, member, "  ")
    assert acting.judge(incident.pk, member, True)
    assert acting.close(incident.pk, owner) and not acting.close(incident.pk, owner)
    incident.refresh_from_db()
    assert (incident.acknowledged_by, incident.assignee, incident.was_real) == (owner, member, True)
    assert kinds(incident) == [
        "fired", "told", "acknowledged", "assigned", "commented", "judged", "closed",
    ]  # fmt: skip
    assert incident.events.get(kind="commented").text == "Restarted the gateway."


def test_who_was_told_is_told_that_it_is_over(fire, owner):
    (incident,) = fire("a")
    acting.close(incident.pk, owner)
    assert sorted(Notice.objects.values_list("news", flat=True)) == ["firing", "resolved"]


def test_info_is_told_nobody(fire, owner):
    (incident,) = fire("a", tier=Tier.INFO)
    acting.close(incident.pk, owner)
    assert Notice.objects.count() == 0


def test_the_same_alert_again_is_the_same_incident(fire):
    fire("a")
    fire("a")
    assert Incident.objects.count() == Notice.objects.count() == 1
    fire("a", tier=Tier.CRITICAL)
    assert Incident.objects.get().tier == "critical"
    assert sorted(Notice.objects.values_list("news", flat=True)) == ["firing", "worse"]


def test_a_notice_says_what_channels_need(fire, project):
    fire("a", "b")
    body = Notice.objects.get().body
    assert body["project"] == {"id": project.id, "name": project.name}
    assert (body["rule"]["name"], body["news"], body["count"]) == ("Errors", "firing", 2)
    assert [one["labels"] for one in body["incidents"]] == [{"model": "a"}, {"model": "b"}]


def test_a_notice_is_handed_over_once_and_kept_where_that_fails(fire):
    fire("a")
    handed = []

    def failing(notice):
        handed.append(notice.pk)
        raise RuntimeError("no channel")

    with pytest.raises(RuntimeError):
        outbox.hand_over(failing)
    assert Notice.objects.get().handed_at is None
    assert outbox.hand_over(lambda notice: handed.append(notice.pk)) == 1
    assert outbox.hand_over(failing) == 0
    assert len(handed) == 2 and len(set(handed)) == 1


def test_what_was_handed_over_long_ago_is_removed(fire, at):
    fire("a")
    outbox.hand_over(lambda _notice: None)
    assert outbox.expire() == 0
    Notice.objects.update(handed_at=at(0) - timedelta(days=100))
    assert outbox.expire() == 1
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("matchers", "hours"),
    [
        ([], 1),
        ([Matcher("model", "a")] * 11, 1),
        ([Matcher("", "a")], 1),
        ([Matcher("model", "x" * 501)], 1),
        ([Matcher("model", "a")], 0),
        ([Matcher("model", "a")], -1),
        ([Matcher("model", "a")], 24 * 91),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(project, at, matchers, hours):
    with pytest.raises(acting.CannotSilence):
        acting.silence(project, matchers, begins_at=at(0), ends_at=at(hours * 3600), author=None)

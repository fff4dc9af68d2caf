"""What channels are told once a day."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.models import Channel, ChannelKind, Delivery
from alerts.incidents.digesting import day_of, digest
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def morning() -> datetime:
    """Nine o'clock of a Tuesday, when the day of the channels below is over."""
    return datetime(2026, 11, 17, 9, tzinfo=UTC)


@pytest.fixture
def make_channel(project, morning):
    def make(name="Team", kind=ChannelKind.SLACK, *, hour=9, **options) -> Channel:
        options = {"created_at": morning - 10 * 24 * HOUR, **options}
        return Channel.objects.create(
            project=project, name=name, kind=kind, digest_hour=hour, **options
        )

    return make


@pytest.fixture
def fired(project):
    """`fired(moment, "Errors", lasting=2 * HOUR)`: an incident, open where it says nothing."""

    def made(at, rule="Errors", *, tier=Tier.INFO, lasting=None, of=None) -> Incident:
        return Incident.objects.create(
            project=of or project,
            rule_id=f"r-{rule}",
            rule_name=rule,
            fingerprint=f"{rule}-{at:%d-%H-%M}-{(of or project).pk}"[:64],
            group_key=rule,
            tier=str(tier),
            began_at=at,
            fired_at=at,
            resolved_at=at + lasting if lasting else None,
        )

    return made


def only_message():
    return Delivery.objects.get().message


def test_a_digest_groups_what_fired_by_rule_the_worst_first(make_channel, fired, morning):
    make_channel()
    for hours in (1, 3, 5):
        fired(morning - hours * HOUR, "Slow", lasting=HOUR / 2)
    fired(morning - 4 * HOUR, "Errors", tier=Tier.CRITICAL)
    assert digest(morning) == 1
    message = only_message()
    assert message.rule_name == "Daily digest of 2026-11-17" and message.news == "digest"
    assert message.tier == "critical" and message.note == "4 alerts fired in this day."
    assert [(one.labels["rule"], one.tier, one.value) for one in message.alerts] == [
        ("Errors", "critical", "1 time, 4 h in all, 1 still open"),
        ("Slow", "info", "3 times, 1 h 30 m in all"),
    ]
    assert message.alerts[1].url.endswith("/alerts?rule=r-Slow")


def test_a_day_is_told_once(make_channel, fired, morning):
    channel = make_channel()
    fired(morning - HOUR)
    assert [digest(morning), digest(morning), digest(morning + 12 * HOUR)] == [1, 0, 0]
    assert list(channel.deliveries.values_list("key", flat=True)) == ["digest-2026-11-17"]
    fired(morning + HOUR)
    assert digest(morning + 24 * HOUR) == 1
    assert Delivery.objects.count() == 2


def test_a_day_without_anything_is_not_told(make_channel, fired, morning):
    make_channel()
    fired(morning - 25 * HOUR)
    fired(morning)  # of the next day
    assert digest(morning) == 0 and not Delivery.objects.exists()


def test_only_those_who_want_it_are_told(make_channel, fired, morning, project):
    make_channel("No", hour=None)
    make_channel("Paused", is_active=False)
    make_channel("Pager", kind=ChannelKind.PAGERDUTY)
    make_channel("New", created_at=morning + HOUR)
    fired(morning - HOUR)
    assert digest(morning + 2 * HOUR) == 0
    make_channel("Critical", least_tier="critical")
    assert digest(morning + 2 * HOUR) == 1


def test_another_projects_alerts_are_not_in_it(make_channel, fired, morning, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    make_channel()
    fired(morning - HOUR, of=other)
    assert digest(morning) == 0


def test_a_beat_that_was_down_tells_the_last_day_alone(make_channel, fired, morning):
    make_channel()
    fired(morning - HOUR)
    fired(morning + 3 * 24 * HOUR - HOUR)
    assert digest(morning + 3 * 24 * HOUR + 5 * HOUR) == 1
    assert only_message().rule_name == "Daily digest of 2026-11-20"


def test_it_is_in_the_language_of_the_owner(make_channel, fired, morning, owner):
    owner.language = "ko"
    owner.save()
    make_channel()
    fired(morning - HOUR)
    digest(morning)
    assert only_message().language == "ko"


@pytest.mark.parametrize(
    ("now", "zone", "name", "hours"),
    [
        ("2026-11-17T08:59+00:00", "UTC", "2026-11-16", 24),
        ("2026-11-17T09:00+00:00", "UTC", "2026-11-17", 24),
        ("2026-11-17T00:00+00:00", "Asia/Seoul", "2026-11-17", 24),
        ("2026-10-25T12:00+00:00", "Europe/Berlin", "2026-10-25", 25),  # summer time ends
        ("2026-03-29T12:00+00:00", "Europe/Berlin", "2026-03-29", 23),
    ],
)
def test_a_day_ends_at_the_hour_on_the_clock_of_the_zone(now, zone, name, hours):
    day = day_of(datetime.fromisoformat(now), 9, zone)
    assert day.name == name and day.until - day.since == hours * HOUR
    assert day.until <= datetime.fromisoformat(now)

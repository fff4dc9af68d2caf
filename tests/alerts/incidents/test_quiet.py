"""What is the same alert, what is told together, and what is kept quiet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents.hours import QuietHours
from alerts.incidents.identity import fingerprint, group_key
from alerts.incidents.matching import Firing, How, Matcher, Silenced, inhibitor

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
labels = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4)


@given(labels, st.randoms())
def test_the_order_of_labels_does_not_matter(given_labels, random):
    pairs = list(given_labels.items())
    random.shuffle(pairs)
    assert fingerprint("r", dict(pairs)) == fingerprint("r", given_labels)


@given(labels, labels)
def test_other_labels_are_another_alert(ones, others):
    assert (fingerprint("r", ones) == fingerprint("r", others)) == (ones == others)
    assert fingerprint("r", ones) != fingerprint("q", ones)


def test_segments_that_agree_are_told_together():
    seoul, busan = {"model": "a", "user": "seoul"}, {"model": "a", "user": "busan"}
    assert group_key("r", seoul, ["model"]) == group_key("r", busan, ["model"])
    assert group_key("r", seoul, ["user"]) != group_key("r", busan, ["user"])


def silence(*matchers, hours=1):
    return Silenced(matchers, NOW, NOW + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        ([Matcher("model", "gpt-5")], True),
        ([Matcher("model", "gpt-5"), Matcher("user", "ann")], False),
        ([Matcher("model", "gpt", How.STARTS_WITH)], True),
        ([Matcher("model", "pt-", How.CONTAINS)], True),
        ([Matcher("user", "ann", How.IS_NOT)], True),
        ([], False),
    ],
)
def test_a_silence_holds_for_what_all_its_matchers_match(matchers, holds):
    assert silence(*matchers).holds({"model": "gpt-5"}, NOW) is holds


def test_a_silence_ends():
    one = silence(Matcher("model", "a"))
    assert not one.holds({"model": "a"}, NOW + timedelta(hours=1))
    assert not one.holds({"model": "a"}, NOW - timedelta(seconds=1))


def test_an_outage_explains_the_latency_of_its_own_provider_alone():
    outage = Firing("outage", {"rule": "outage", "provider": "openai"}, frozenset({"latency"}))
    slow = {"rule": "latency", "provider": "openai", "name": "answer"}
    assert inhibitor("latency", slow, [outage]) == outage
    assert inhibitor("latency", {**slow, "provider": "anthropic"}, [outage]) is None
    assert inhibitor("cost", slow, [outage]) is None
    assert inhibitor("outage", outage.labels, [Firing("outage", {}, frozenset({"outage"}))]) is None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-11-23T21:59:00+01:00", False),
        ("2026-11-23T22:00:00+01:00", True),  # Monday
        ("2026-11-24T06:59:00+01:00", True),
        ("2026-11-24T07:00:00+01:00", False),
        ("2026-11-24T22:00:00+01:00", False),  # Tuesday is not named
        ("2026-11-23T21:30:00+00:00", True),
    ],
)
def test_quiet_hours_go_past_midnight_by_the_clock_of_their_zone(moment, holds):
    night = QuietHours(frozenset({0}), 22 * 60, 7 * 60, "Europe/Berlin")
    assert night.holds(at(moment)) is holds


def test_an_hour_that_is_shown_twice_is_quiet_twice_and_a_skipped_one_not_at_all():
    early = QuietHours(frozenset({6}), 2 * 60, 3 * 60, "Europe/Berlin")
    twice = [at("2026-10-25T00:30:00+00:00"), at("2026-10-25T01:30:00+00:00")]
    assert [early.holds(moment) for moment in twice] == [True, True]
    day = [at("2027-03-28T00:00:00+00:00") + timedelta(minutes=n) for n in range(180)]
    assert not any(early.holds(moment) for moment in day)


def test_hours_that_make_no_sense_are_refused():
    for wrong in ((frozenset(), 0, 60), (frozenset({7}), 0, 60), (frozenset({1}), -1, 60)):
        with pytest.raises(ValueError):
            QuietHours(*wrong)

"""Buckets by the clock on the wall of any zone. Pure."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces.queries.metrics import Unanswerable
from traces.queries.metrics.buckets import BUCKETS, WIDTHS, edges, width_for, zone_named

NS = 1_000_000_000
HOUR, DAY = 3600 * NS, 86_400 * NS
ZONES = sorted(available_timezones() - {"localtime"})


def moment(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * NS


def hours(found: tuple[int, ...]) -> list[float]:
    return [(after - before) / HOUR for before, after in pairwise(found)]


@pytest.mark.parametrize(
    ("day", "zone", "length"),
    [
        ("2026-03-08", "America/New_York", 23),
        ("2026-11-01", "America/New_York", 25),
        ("2026-11-01", "Asia/Seoul", 24),
        ("2026-10-04", "Australia/Lord_Howe", 23.5),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(day, zone, length):
    since = moment(f"{day}T00:00", zone)
    [found] = hours(edges(since, since + HOUR, "day", ZoneInfo(zone)))
    assert found == length


def test_weeks_begin_on_monday_and_months_on_their_first():
    since = moment("2026-11-20T12:00", "Asia/Seoul")
    week = edges(since, since + HOUR, "week", ZoneInfo("Asia/Seoul"))
    assert week[0] == moment("2026-11-16T00:00", "Asia/Seoul")
    month = edges(since, since + 20 * DAY, "month", ZoneInfo("Asia/Seoul"))
    starts = ("2026-11-01", "2026-12-01", "2027-01-01")
    assert month == tuple(moment(f"{one}T00:00", "Asia/Seoul") for one in starts)


@given(
    since=st.integers(0, 4_000_000_000).map(lambda seconds: seconds * NS),
    length=st.integers(1, 400 * 24).map(lambda some: some * HOUR),
    zone=st.sampled_from(ZONES),
    bucket=st.sampled_from(BUCKETS),
)
def test_buckets_cover_the_time_without_gap_in_every_zone(since, length, zone, bucket):
    until = since + min(length, WIDTHS[bucket] * 200)
    found = edges(since, until, bucket, ZoneInfo(zone))
    assert found[0] <= since < until <= found[-1]
    assert all(before < after for before, after in pairwise(found))
    assert len(found) < 3 or (found[1] > since and found[-2] < until)
    if WIDTHS[bucket] >= DAY:
        clocks = [
            datetime.fromtimestamp(one // NS, UTC).astimezone(ZoneInfo(zone)) for one in found
        ]
        assert all(clock.hour < 3 for clock in clocks)  # some midnights do not exist


def test_the_width_fits_the_time():
    assert width_for(0, HOUR, "auto") == "minute"
    assert width_for(0, DAY, "auto") == "30m"
    assert width_for(0, 30 * DAY, "auto") == "12h"
    assert width_for(0, 400 * DAY, "auto") == "week"


def test_too_many_buckets_are_answered_with_those_that_fit():
    with pytest.raises(Unanswerable, match="“12h” or wider"):
        width_for(0, 400 * DAY, "minute")
    with pytest.raises(Unanswerable, match="no bucket “fortnight”: it is one of auto, minute"):
        width_for(0, DAY, "fortnight")
    with pytest.raises(Unanswerable, match="no time zone “Mars/Olympus”"):
        zone_named("Mars/Olympus")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "\0", "UTC'; DROP TABLE spans", "한국"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(Unanswerable):
        zone_named(name)

"""From which times the two sides of a monitor are taken."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.drift.windows import (
    Baseline,
    BaselineKind,
    InvalidBaseline,
    Window,
    windows,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_a_rolling_reference_ends_where_the_current_window_begins():
    found = windows(Baseline(kind=BaselineKind.ROLLING), now=NOW)
    assert found.current == Window(start=at(19), end=NOW)
    assert found.reference == (Window(start=at(5), end=at(19)),)


def test_a_fixed_reference_stays_and_never_reaches_into_the_current_window():
    fixed = Baseline(kind=BaselineKind.FIXED, start=at(1), end=at(8))
    assert windows(fixed, now=NOW).reference == (Window(start=at(1), end=at(8)),)
    early = windows(fixed, now=at(5))
    assert early.reference == (Window(start=at(1), end=at(4)),)


def test_since_a_release_is_compared_with_before_it():
    release = Baseline(kind=BaselineKind.SINCE, start=at(20, 6), reference=7 * DAY)
    found = windows(release, now=NOW)
    assert found.current == Window(start=at(20, 6), end=NOW)
    assert found.reference == (Window(start=at(13, 6), end=at(20, 6)),)
    # Long after it the newest day is compared with what was before it.
    later = windows(release, now=NOW + 10 * DAY)
    assert later.current == Window(start=NOW + 9 * DAY, end=NOW + 10 * DAY)
    assert later.reference == found.reference


def test_of_a_release_to_come_nothing_is_known_yet():
    release = Baseline(kind=BaselineKind.SINCE, start=at(25))
    assert windows(release, now=NOW).current.is_empty


def test_a_dataset_has_no_window():
    found = windows(Baseline(kind=BaselineKind.DATASET, dataset="d1"), now=NOW)
    assert found.reference == ()
    assert found.current == Window(start=at(19), end=NOW)


def test_the_same_hours_of_the_last_weeks():
    same = Baseline(kind=BaselineKind.SAME_HOURS, current=6 * HOUR, weeks=2)
    assert windows(same, now=NOW).reference == (
        Window(start=at(6, 6), end=at(6, 12)),
        Window(start=at(13, 6), end=at(13, 12)),
    )


@pytest.mark.parametrize(
    ("now", "before"),
    [
        # Clocks went back on 1 November 2026 in New York: nine in the morning stays nine.
        (datetime(2026, 11, 4, 9), datetime(2026, 10, 28, 9)),
        # And forward on 8 March.
        (datetime(2026, 3, 10, 9), datetime(2026, 3, 3, 9)),
    ],
)
def test_the_same_hours_are_those_of_the_clock_where_it_changed(now, before):
    same = Baseline(
        kind=BaselineKind.SAME_HOURS, current=2 * HOUR, weeks=1, zone="America/New_York"
    )
    [found] = windows(same, now=now.replace(tzinfo=NEW_YORK)).reference
    assert found.end == before.replace(tzinfo=NEW_YORK).astimezone(UTC)
    assert found.end - found.start == 2 * HOUR


def test_an_hour_that_the_clock_skipped_is_the_one_after_it():
    same = Baseline(kind=BaselineKind.SAME_HOURS, current=HOUR, weeks=1, zone="America/New_York")
    now = datetime(2026, 3, 15, 2, 30, tzinfo=NEW_YORK)  # a week before, 2:30 was not
    [found] = windows(same, now=now).reference
    assert found.end.astimezone(NEW_YORK).hour == 3


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    current=st.timedeltas(timedelta(minutes=1), timedelta(days=7)),
    kind=st.sampled_from(BaselineKind),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe"]),
    weeks=st.integers(1, 8),
)
def test_no_moment_is_on_both_sides(now, current, kind, zone, weeks):
    baseline = Baseline(
        kind=kind,
        current=current,
        weeks=weeks,
        zone=zone,
        start=datetime(2025, 3, 1, tzinfo=UTC),
        end=datetime(2025, 6, 1, tzinfo=UTC),
        dataset="d1",
    )
    found = windows(baseline, now=now)
    for window in found.reference:
        assert window.is_empty or window.end <= found.current.start or found.current.is_empty
    assert found.current.end == now


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": BaselineKind.FIXED},
        {"kind": BaselineKind.FIXED, "start": at(8), "end": at(1)},
        {"kind": BaselineKind.SINCE},
        {"kind": BaselineKind.SINCE, "start": datetime(2026, 1, 1)},
        {"kind": BaselineKind.SINCE, "start": datetime(1, 1, 1, tzinfo=UTC)},
        {"kind": BaselineKind.DATASET},
        {"kind": BaselineKind.ROLLING, "current": timedelta()},
        {"kind": BaselineKind.ROLLING, "reference": timedelta.max},
        {"kind": BaselineKind.SAME_HOURS, "weeks": 0},
        {"kind": BaselineKind.SAME_HOURS, "current": timedelta(days=8)},
        {"kind": BaselineKind.SAME_HOURS, "zone": "Mars/Olympus"},
        {"kind": BaselineKind.SAME_HOURS, "zone": "../../etc/passwd"},
    ],
)
def test_a_baseline_that_cannot_work_is_refused(wrong):
    with pytest.raises(InvalidBaseline):
        Baseline(**wrong)

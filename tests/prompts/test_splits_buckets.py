"""Which version of a split a unit gets: as few as can be change when shares do."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.splits import buckets
from prompts.splits.buckets import InvalidShares


@st.composite
def shares(draw):
    chosen = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5, unique=True))
    cuts = sorted(
        draw(
            st.lists(
                st.integers(1, 99), min_size=len(chosen) - 1, max_size=len(chosen) - 1, unique=True
            )
        )
    )
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return dict(zip(chosen, parts, strict=True))


@settings(deadline=None)  # the machine may be busy
@given(before=shares(), after=shares())
def test_a_version_that_grows_keeps_all_it_had_and_one_that_shrinks_gets_nothing_new(before, after):
    old = buckets.filled(before)
    new = buckets.moved(old, after)
    assert buckets.shares_of(new) == dict(sorted(after.items()))
    for number in {*before, *after}:
        had = {place for place, owner in enumerate(old) if owner == number}
        has = {place for place, owner in enumerate(new) if owner == number}
        assert had <= has or has <= had


@settings(deadline=None)  # the machine may be busy
@given(steps=st.lists(st.integers(1, 100), min_size=2, max_size=6, unique=True).map(sorted))
def test_a_unit_that_has_the_candidate_keeps_it_through_all_steps_of_a_canary(steps):
    places = buckets.filled({1: 100 - steps[0], 2: steps[0]})
    units, salt = [f"user-{n}" for n in range(200)], "salt"
    had: set[str] = set()
    for share in steps:
        places = buckets.moved(places, {1: 100 - share, 2: share})
        has = {unit for unit in units if buckets.version_for(places, salt, unit) == 2}
        assert had <= has
        had = has


@settings(deadline=None)  # the machine may be busy
@given(share=shares(), salt=st.text(max_size=8))
def test_the_versions_get_units_by_their_shares(share, salt):
    """Within five standard errors of 2,000 units, which hypothesis does not find a way past."""
    places = buckets.filled(share)
    got = Counter(buckets.version_for(places, salt, f"user-{n}") for n in range(2000))
    for number, percent in share.items():
        p = percent / 100
        assert abs(got[number] / 2000 - p) <= 5 * (p * (1 - p) / 2000) ** 0.5 + 1e-9


@settings(deadline=None)  # the machine may be busy
@given(unit=st.text(min_size=1), salt=st.text())
def test_a_unit_always_falls_into_the_same_bucket(unit, salt):
    assert buckets.bucket_of(salt, unit) == buckets.bucket_of(salt, unit)
    assert 0 <= buckets.bucket_of(salt, unit) < 100


def test_the_bucket_of_a_unit_never_changes_from_release_to_release():
    assert [buckets.bucket_of("salt", unit) for unit in ("user-1", "사용자", "\ud800")] == [
        42, 35, 2,
    ]  # fmt: skip


def test_without_a_unit_all_versions_come_up():
    assert {buckets.version_for(buckets.filled({1: 50, 2: 50}), "s", "") for _ in range(200)} == {
        1,
        2,
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({1: 100}, "2 to 5 different"),
        (dict.fromkeys(range(6), 10), "2 to 5 different"),
        ({1: 50, 2: 49}, "these make 99"),
        ({1: 100, 2: 0}, "1 percent or more"),
        ({1: 120, 2: -20}, "1 percent or more"),
    ],
)
def test_shares_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(InvalidShares, match=message):
        buckets.checked_shares(wrong)

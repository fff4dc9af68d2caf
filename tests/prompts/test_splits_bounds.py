"""The bounds that gates and canaries decide by, against published figures and known truths."""

import pytest

from prompts import bounds


def rounded(interval, digits=4):
    return tuple(round(part, digits) for part in (interval.low, interval.estimate, interval.high))


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_the_interval_that_wilson_gives(hits, n, low, high):
    found = bounds.share(hits, n, 0.975)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("ours", "base", "low", "high"),
    [  # the same volume, 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_a_difference_of_shares_has_the_interval_that_newcombe_gives(ours, base, low, high):
    found = bounds.share_difference(*ours, *base, 0.975)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_difference_of_means_agrees_with_scipy_on_the_raw_values():
    from scipy import stats

    ours, base = [0.9, 0.7, 0.8, 0.95, 0.6], [0.5, 0.4, 0.7, 0.45, 0.9, 0.3]
    expected = stats.ttest_ind(ours, base, equal_var=False).confidence_interval(0.9)
    found = bounds.mean_difference(sample(ours), sample(base), 0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def sample(values):
    import numpy as np

    return bounds.Sample(len(values), float(np.mean(values)), float(np.var(values, ddof=1)))


def test_means_without_any_spread_differ_by_what_they_differ():
    same = bounds.mean_difference(bounds.Sample(3, 1.0, 0.0), bounds.Sample(3, 0.5, 0.0), 0.99)
    assert rounded(same) == (0.5, 0.5, 0.5)


def test_the_bound_of_a_ratio_is_wrong_about_as_often_as_it_says():
    """Of 200 pairs drawn alike, a 95 % lower bound above 1 may be found about ten times."""
    import numpy as np

    random = np.random.default_rng(7)
    wrong = sum(
        bounds.mean_ratio(random.exponential(1, 200), random.exponential(1, 200), 0.95).low > 1
        for _ in range(200)
    )
    assert 2 <= wrong <= 22


def test_a_slower_tail_shows_in_the_ratio_of_quantiles_and_not_in_that_of_medians():
    base = [100.0] * 95 + [200.0] * 105
    slow = [100.0] * 95 + [200.0] * 75 + [900.0] * 30
    assert bounds.quantile_ratio(slow, base, 0.95, 0.99).low > 4
    assert bounds.quantile_ratio(slow, base, 0.5, 0.99).low <= 1


def test_the_interval_of_a_quantile_holds_the_true_one_and_narrows_with_more_values():
    few = bounds.quantile(list(range(100)), 0.95, 0.95)
    many = bounds.quantile([n / 100 for n in range(10_000)], 0.95, 0.95)
    assert few.low < 95 < few.high
    assert many.low < 95 < many.high
    assert many.high - many.low < few.high - few.low


def test_the_ratio_of_nothing_to_nothing_is_one():
    assert rounded(bounds.mean_ratio([0.0] * 30, [0.0] * 30, 0.99)) == (1, 1, 1)

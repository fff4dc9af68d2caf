"""How figures and their differences are written, and drawn."""

import pytest

from prompts.bounds import Interval
from prompts.figures.sparkline import spark
from prompts.templatetags.prompt_figures import between, p_value, signed, signed_between, written


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "ms", "–"), (1234.5, "ms", "1.23 s"), (0.4, "ms", "0.40 ms"),
        (0, "dollars", "$0"), (1.5, "dollars", "$1.50"), (0.0234, "dollars", "$0.0234"),
        (0.0023, "dollars", "$0.0023"), (0.0000123, "dollars", "$0.000012"),
        (0.125, "share", "12.5 %"), (12.34, "count", "12.3"), (1234.5, "count", "1,234"),
        (0.5, "score", "0.500"), (-2.25, "score", "-2.250"),
    ],
)  # fmt: skip
def test_a_figure_is_written_in_its_unit(value, unit, shown):
    assert written(value, unit) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (250, "ms", "+250 ms"), (-250, "ms", "−250 ms"), (0, "ms", "0 ms"),
        (-0.05, "share", "−5.0 points"), (0.00002, "dollars", "+$0.000020"),
        (-0.25, "score", "−0.250"),
    ],
)  # fmt: skip
def test_a_difference_has_a_sign(value, unit, shown):
    assert signed(value, unit) == shown


def test_intervals_name_both_ends():
    assert between(Interval(-0.1, 0.2, 0.5), "score") == "-0.100 – 0.500"
    assert between(Interval(-5, 20, 45), "ms") == "0 ms – 45 ms"
    assert signed_between(Interval(-0.1, 0, 0.1), "share") == "−10.0 … +10.0 points"
    assert signed_between(Interval(-1, 0, 1), "ms") == "−1 ms … +1 ms"


def test_a_p_value_is_not_written_finer_than_it_is_known():
    assert (p_value(0.00001), p_value(0.0456), p_value(1)) == ("< 0.001", "0.046", "1.000")


def test_a_line_has_gaps_where_nothing_was_and_a_dot_for_what_stands_alone():
    drawn = spark([1.0, None, 2.0, 4.0])
    assert drawn is not None
    assert drawn.ours == "M2.0,20.0l0,0M79.3,14.0l0,0L118.0,2.0"
    assert (drawn.base, drawn.least, drawn.most) == ("", 1.0, 4.0)


def test_what_no_line_reaches_is_a_dot_and_the_only_one_of_all_says_its_value():
    drawn = spark([1.0, None, 2.0, 4.0])
    assert drawn is not None
    assert (drawn.dots, drawn.only) == ("M2.0,20.0l0,0", None)
    [early, late] = [spark([None, 0.5, None, None]), spark([None, None, 0.5])]
    assert early is not None and early.only is not None and early.dots == "M40.7,2.0l0,0"
    assert (early.only.value, early.only.is_left) == (0.5, False)
    assert early.only.x > 40.7 and 10 <= early.only.y <= 26
    assert late is not None and late.only is not None and late.only.is_left
    assert late.only.x < 118
    nought = spark([0.0])
    assert nought is not None and nought.only is not None
    assert (nought.dots, nought.only.value) == ("M2.0,26.0l0,0", 0.0)


def test_two_lines_share_a_scale():
    drawn = spark([1.0], [2.0])
    assert drawn is not None
    assert (drawn.ours, drawn.base) == ("M2.0,14.0l0,0", "M2.0,2.0l0,0")


def test_of_nothing_nothing_is_drawn():
    assert spark([None, None]) is None and spark([]) is None
    flat = spark([0.0, 0.0])
    assert flat is not None and flat.ours == "M2.0,26.0l0,0L118.0,26.0"


def test_what_is_no_number_leaves_a_gap_in_a_line():
    from prompts.figures.sparkline import spark

    drawn = spark([1.0, float("inf"), 2.0, float("nan")])
    assert drawn.most == 2.0
    assert "nan" not in drawn.ours
    assert spark([float("inf")]) is None

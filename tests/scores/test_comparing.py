"""Two scores of the same things: tables, figures and what is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scores.comparing import CELLS, MOST_DOTS, MOST_LABELS, compared
from traces.queries.score_pairs import Pairs, Said, Which

BOOLEAN, CATEGORY, NUMBER = (
    Which("a", "BOOLEAN"),
    Which("b", "CATEGORICAL"),
    Which("c", "NUMERIC"),
)


def pairs(*said) -> Pairs:
    return Pairs([(one_of(a), one_of(b)) for a, b in said], len(said))


def one_of(value) -> Said:
    if isinstance(value, bool):
        return Said(float(value), str(value))
    return Said(None, value) if isinstance(value, str) else Said(value, "")


def test_two_booleans_have_a_table_a_kappa_and_a_correlation():
    found = compared(pairs((True, True), (True, False), (False, False)), BOOLEAN, BOOLEAN)
    assert found.table.columns == ["False", "True"]
    assert [(name, [cell.n for cell in cells]) for name, cells, _ in found.table.rows] == [
        ("False", [1, 0]),
        ("True", [1, 1]),
    ]
    assert found.agreement.observed.estimate == 2 / 3
    assert found.correlation.pearson.estimate == 0.5


def test_categories_of_two_languages_have_a_table_and_no_kappa():
    found = compared(pairs(("good", "gut"), ("bad", "schlecht")), CATEGORY, CATEGORY)
    assert (found.agreement, found.correlation) == (None, None)
    assert [name for name, _, _ in found.table.rows] == ["bad", "good"]
    assert found.table.columns == ["gut", "schlecht"]


def test_stars_are_numbers_and_categories_in_their_order():
    said = [(10.0, 10.0), (2.0, 2.0), (2.0, 3.0), (3.0, 2.0), (10.0, 3.0)]
    found = compared(pairs(*said), NUMBER, NUMBER)
    assert found.table.columns == ["2", "3", "10"]
    assert found.weighted.estimate > found.agreement.kappa.estimate
    assert found.field is None  # the table shows it


def test_weights_are_of_numbers_alone_and_by_how_far_these_are_apart():
    said = [("a", "a"), ("b", "b"), ("c", "c"), ("a", "b")]
    found = compared(pairs(*said), CATEGORY, CATEGORY)
    assert found.agreement.kappa and found.weighted is None
    numbers = {"a": "1", "b": "2", "c": "10"}
    found = compared(pairs(*[(numbers[a], numbers[b]) for a, b in said]), CATEGORY, CATEGORY)
    by_chance = [(a - b) ** 2 for a in (1, 1, 2, 10) for b in (1, 2, 2, 10)]
    assert found.weighted.estimate == pytest.approx(1 - (1 / 4) / (sum(by_chance) / 16))


def test_numbers_of_many_values_have_no_table_and_many_of_them_a_heat_map():
    said = [(number / 7, number / 3) for number in range(MOST_DOTS + 1)]
    found = compared(pairs(*said), NUMBER, NUMBER)
    assert (found.table, found.field.dots) == (None, [])
    assert len(found.field.cells) == CELLS
    assert found.correlation.spearman.estimate == 1


def test_few_numbers_of_many_values_are_dots():
    found = compared(pairs(*[(n / 7, n / 3) for n in range(20)]), NUMBER, NUMBER)
    assert len(found.field.dots) == 20


def test_decimals_are_dots_until_they_repeat():
    few = [(n / 7, n / 3) for n in range(8)]
    found = compared(pairs(*few), NUMBER, NUMBER)
    assert (found.table, len(found.field.dots)) == (None, 8)
    assert compared(pairs(*few, *few), NUMBER, NUMBER).table is not None


def test_a_number_is_told_at_each_category_of_the_other():
    said = [("good", 1.0), ("good", 3.0), ("bad", 0.5)] + [("odd", n / 9) for n in range(12)]
    found = compared(pairs(*said), CATEGORY, NUMBER)
    told = {group.label: (group.n, group.mean, group.interval is None) for group in found.groups}
    assert told["good"] == (2, 2.0, False)
    assert told["bad"] == (1, 0.5, True)
    assert found.groups == compared(pairs(*[(b, a) for a, b in said]), NUMBER, CATEGORY).groups


def test_yes_and_no_at_each_category_are_shares_and_few_of_a_kind_are_no_certainty():
    told = [("good", True), ("good", True), ("good", True), ("bad", False)]
    groups = {one.label: one for one in compared(pairs(*told), CATEGORY, BOOLEAN).groups}
    good, bad = groups["good"], groups["bad"]
    assert good.is_share and (good.mean, good.interval.high) == (1.0, 1.0)
    assert good.interval.low == pytest.approx(0.4385, abs=0.001)  # Wilson's
    assert (bad.mean, bad.interval) == (0.0, None)


def test_a_table_of_too_many_labels_is_cut_and_says_no_kappa():
    said = [(f"l{n}", f"l{n}") for n in range(MOST_LABELS + 5)]
    found = compared(pairs(*said), CATEGORY, CATEGORY)
    assert found.table.is_cut
    assert len(found.table.rows) == len(found.table.columns) == MOST_LABELS
    assert found.agreement is None


said = {
    "BOOLEAN": st.booleans(),
    "CATEGORICAL": st.sampled_from(["a", "b", "ü"]),
    "NUMERIC": st.floats(allow_nan=False, allow_infinity=False),
}


@given(st.data(), st.sampled_from(list(said)), st.sampled_from(list(said)))
def test_whatever_is_said_there_is_an_answer(data, ours, theirs):
    told = data.draw(st.lists(st.tuples(said[ours], said[theirs]), max_size=20))
    found = compared(pairs(*told), Which("a", ours), Which("b", theirs))
    assert found.n == len(told)
    if found.table:
        assert sum(n for _, _, n in found.table.rows) == len(told)

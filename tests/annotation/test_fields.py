"""What the annotating page's form says, whatever it is."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from evals.annotation.annotating import Unsaid, checked_values
from evals.annotation.fields import said_in, score_fields, written
from evals.scores.models import DataType, ScoreConfig

CATEGORIES = [{"label": "kind", "value": 1}, {"label": "1", "value": 0.5}]
CONFIGS = [
    ScoreConfig(id="n", name="n", data_type=DataType.NUMERIC, min_value=-1, max_value=10),
    ScoreConfig(id="b", name="b", data_type=DataType.BOOLEAN),
    ScoreConfig(id="c", name="c", data_type=DataType.CATEGORICAL, categories=CATEGORIES),
    ScoreConfig(id="t", name="t", data_type=DataType.TEXT),
]
BY_ID = {config.pk: config for config in CONFIGS}
TEXTS = st.one_of(st.text(max_size=40), st.floats().map(str), st.sampled_from(["1", "0", "kind"]))


def form(**fields: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


@given(st.dictionaries(st.sampled_from(["score_n", "score_b", "score_c", "score_t"]), TEXTS), TEXTS)
def test_whatever_is_sent_is_kept_as_its_configuration_says_or_refused_with_a_sentence(sent, said):
    found = said_in(form(**sent, comment=said, correction=said), CONFIGS)
    assert "\0" not in found.comment + found.correction
    try:
        values = checked_values(BY_ID, found)
    except Unsaid as error:
        assert str(error)
        return
    assert values.keys() == found.values.keys()
    shown = {f"score_{name}": written(value) for name, value in found.values.items()}
    assert said_in(form(**shown), CONFIGS).values == found.values  # going back loses nothing


def test_the_first_nine_options_have_a_key_and_what_was_chosen_is():
    many = [{"label": f"L{n}", "value": n} for n in range(12)]
    config = ScoreConfig(id="c", name="c", data_type=DataType.CATEGORICAL, categories=many)
    [one] = score_fields([config], {"c": "L11"})
    assert [option.key for option in one.options] == [*"123456789", "", "", ""]
    assert [option.value for option in one.options if option.is_chosen] == ["L11"]
    [one] = score_fields([CONFIGS[1]], {"b": 0.0})
    assert [option.is_chosen for option in one.options] == [False, True]


def test_a_number_is_read_with_a_point_or_a_comma_and_written_as_short_as_it_is():
    found = said_in(form(score_n=" 7,25 ", score_b="1"), CONFIGS)
    assert found.values == {"n": 7.25, "b": 1.0}
    assert [written(value) for value in (1 / 3, 1.0, True, 3, None, "x")] == [
        "0.3333333333333333", "1", "1", "3", "", "x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "slide"),
    [
        (0, 10, ("0", "10", "1")),
        (-1, 1, ("-1", "1", "1")),
        (0, 1, ("0", "1", "0.01")),
        (0, 0.5, ("0", "0.5", "0.005")),
        (0, 1000, ("0", "1000", "10")),
        (0, None, None),
        (None, 10, None),
        (3, 3, None),
    ],
)
def test_a_number_with_both_bounds_has_a_slider(low, high, slide):
    config = ScoreConfig(id="n", data_type=DataType.NUMERIC, min_value=low, max_value=high)
    [field] = score_fields([config], {})
    found = field.slide
    assert (found and (found.low, found.high, found.step)) == slide


def test_what_is_no_number_has_no_slider():
    assert [field.slide for field in score_fields(CONFIGS[1:], {})] == [None] * 3

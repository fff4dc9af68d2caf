"""What all checks have in common: options, and which side of a bound is a failure."""

import pytest

from evals.checks.registry import CHECKS, InvalidOptions


@pytest.mark.parametrize(
    ("key", "options", "told"),
    [
        ("refusal", {"x": 1}, "no option"),
        ("regex", {"patterns": ["("]}, "patterns"),
        ("length", {"unit": "miles"}, "unit"),
        ("bleu", {"least": 2}, "least"),
        ("json_schema", {"schema": {"type": 1}}, "schema"),
        ("personal_data", {"kinds": ["soul"]}, "kinds"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(key, options, told):
    with pytest.raises(InvalidOptions, match=told):
        CHECKS[key].options_of(options)


def test_a_failure_is_on_the_worse_side_of_the_bound():
    from evals.checks.registry import Outcome

    assert CHECKS["refusal"].is_failed(Outcome(True), {}) is True
    assert CHECKS["valid_json"].is_failed(Outcome(True), {}) is False
    assert CHECKS["bleu"].is_failed(Outcome(0.2), {"least": 0.3}) is True
    assert CHECKS["prompt_injection"].is_failed(Outcome(0.5), {"most": 0.5}) is False
    assert CHECKS["length"].is_failed(Outcome(3.0), {}) is None
    assert CHECKS["language"].is_failed(Outcome("ko"), {}) is None

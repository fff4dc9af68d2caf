"""Gates on scores that are absurd, few, or yes and no."""

import json

import pytest

from prompts.gates import formats, of_scores, running
from prompts.gates.case import Case
from prompts.gates.checks import CHECKS
from prompts.gates.models import Gate
from prompts.gates.results import Report, Result, of_kept
from prompts.gates.verdicts import Verdict
from traces.queries.prompt_guards import Observed


def seen(version=1, n=40, mean=0.8, variance=0.01, is_binary=False):
    return Observed(
        version=version,
        score_count=n,
        score_mean=mean,
        score_variance=variance,
        score_is_binary=is_binary,
    )


@pytest.fixture
def judge(make):
    """`judge("min_score", 0.5, seen(…), seen(…))`: the check's answer."""
    old, new = make(body="one"), make(body="two")

    def judged(key, setting, ours, base=None):
        case = Case(new.prompt, "production", new, old, {"score": "kind"})
        case.__dict__ |= {"seen": ours, "seen_against": base}
        return running.result_of(CHECKS[key], case, setting)

    return judged


VAST = {"mean": 1e200, "variance": float("inf")}


@pytest.mark.parametrize("changes", [{"mean": 1e98, "variance": 1e198}, VAST])
@pytest.mark.parametrize("key", ["min_score", "max_score", "max_regression", "max_rise"])
def test_an_absurd_score_breaks_no_check_and_is_kept_as_json(judge, key, changes):
    found = judge(key, 0.1, seen(2, **changes), seen())
    if changes is VAST:
        assert found.verdict == Verdict.UNKNOWN
        assert "too large" in found.plain
    json.dumps(found.kept(), allow_nan=False)
    json.dumps(formats.shape_of(found), allow_nan=False)


def test_a_check_that_cannot_reckon_is_unknown_for_itself_alone(make, monkeypatch):
    version = make(body="one")

    def vast(*_):
        raise OverflowError("Result too large")

    monkeypatch.setattr(of_scores.bounds, "mean", vast)
    gate = Gate(project=version.prompt.project, label="production",
                checks={"min_score": 0.5, "score": "kind", "max_tokens": 9})  # fmt: skip
    monkeypatch.setattr(Case, "seen", seen())
    found = {
        one.key: one.verdict for one in running.run(gate, version.prompt, version, None).results
    }
    assert found["min_score"] == Verdict.UNKNOWN
    assert found["max_tokens"] == Verdict.PASSED


@pytest.mark.parametrize(
    ("key", "ours", "base"),
    [
        ("min_score", seen(n=2), None),
        ("min_score", seen(n=19), None),
        ("max_regression", seen(n=19), seen()),
        ("max_regression", seen(), seen(n=2, variance=0.0)),
    ],
)
def test_a_handful_of_scores_says_nothing(judge, key, ours, base):
    found = judge(key, 0.1, ours, base)
    assert found.verdict == Verdict.UNKNOWN
    assert "than 20 a mean says nothing" in found.plain


def test_twenty_scores_of_one_are_not_known_to_a_hair(judge):
    """They have no variance: as a mean they would be 1 beyond doubt."""
    every = seen(2, n=20, mean=1.0, variance=0.0, is_binary=True)
    most = seen(1, n=20, mean=0.95, variance=0.05, is_binary=True)
    low, high = judge("min_score", 0.5, every).interval
    assert (round(low, 3), high) == (0.839, 1.0)
    found = judge("max_regression", 0.05, every, every)
    assert found.interval[0] < -0.1
    assert found.verdict == Verdict.FAILED  # it may well have fallen by more than that
    assert judge("max_regression", 0.05, most, every).verdict == Verdict.FAILED


def test_an_interval_is_told_with_its_level(judge):
    fall = judge("max_regression", 0.5, seen(2), seen())
    mean = judge("min_score", 0.5, seen(2))
    assert (formats.shape_of(fall)["level"], formats.shape_of(mean)["level"]) == (90, 95)
    assert of_kept(fall.kept()).level == 90
    table = formats.markdown("greet", Report("production", 2, 1, (fall, mean)))
    assert "(90 %) |" in table
    assert "(95 %) |" in table
    assert formats.shape_of(Result("includes", Verdict.PASSED, "All."))["level"] is None

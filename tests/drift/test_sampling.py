"""What is drawn out of the store for both sides of a monitor."""

from datetime import timedelta

import pytest

from evals.drift.monitors import InvalidMonitor
from evals.drift.sampling import side, sides, with_languages
from evals.drift.sizes import sizes
from evals.drift.watched import WATCHED, check
from evals.drift.windows import Window

pytestmark = pytest.mark.django_db

CONVERSATION = (
    '[{"role": "system", "content": "You are a helpful assistant that answers in English."},'
    ' {"role": "user", "content": "비밀번호를 어떻게 바꾸나요? 계정 설정이 보이지 않습니다."}]'
)


def day(end, hours=24):
    return [Window(start=end - timedelta(hours=hours), end=end)]


def test_everything_that_can_be_watched_can_be_asked_of_the_store(calls, monitor, end):
    calls([{"output": "One answer", "score": {"quality": 0.5}}] * 3, since=-2, until=0)
    for number, one in enumerate(WATCHED.values()):
        for kind in one.kinds:
            made = monitor(
                one.name,
                name=f"{number} {kind}",
                kind=kind,
                key="quality" if one.takes_key else "",
                figure="output_tokens" if one.takes_figure else "",
                by=["model", "prompt_version", "user", "language", "release", "environment"],
            )
            check(made)
            found = side(made, day(end))
            assert len(found.keys) == len(found.sample.values)
            assert len(found.keys) in (0, 3)


def test_values_come_with_their_moments_segments_and_ids(calls, monitor, end):
    given = {"output_tokens": 7, "model": "gpt-5", "user_id": "ann", "prompt_name": "reply"}
    calls([{**given, "prompt_version": 3}], since=-1, until=0)
    found = side(monitor("output_tokens"), day(end))
    assert found.sample.values == [7]
    assert found.sample.moments == [end - timedelta(hours=1)]
    assert found.sample.segments == {
        "model": ["gpt-5"],
        "prompt_version": ["reply 3"],
        "user": ["ann"],
    }
    [(trace_id, span_id)] = found.keys
    assert trace_id.startswith("t") and span_id == "s"


def test_a_query_keeps_what_matches_and_a_type_in_it_is_looked_at_instead(calls, monitor, end):
    calls(
        [{"model": "a", "environment": "prod"}, {"model": "b"}, {"model": "c", "type": "TOOL"}],
        since=-1,
        until=0,
    )
    assert side(monitor("model", query="env:prod"), day(end)).sample.values == ["a"]
    assert side(monitor("model", query="type:TOOL"), day(end)).sample.values == ["c"]


def test_a_span_that_was_sent_twice_counts_once(calls, monitor, end):
    calls([{"output_tokens": 1}], since=-1, until=0)
    calls([{"output_tokens": 2}], since=-1, until=0)
    assert side(monitor("output_tokens"), day(end)).sample.values == [2]


def test_no_moment_is_on_both_sides(calls, monitor, end):
    calls([{"output_tokens": number} for number in range(48)], since=-48, until=0)
    made = monitor("output_tokens")
    found = sides(made, made.chosen.baseline(), end=end)
    assert sorted(found.reference.sample.values) == list(range(24))
    assert sorted(found.current.sample.values) == list(range(24, 48))


def test_the_same_hours_of_weeks_before_are_drawn_in_one_go(calls, monitor, end):
    calls([{"output_tokens": 1}] * 3, since=-7 * 24 - 3, until=-7 * 24)
    calls([{"output_tokens": 9}] * 4, since=-30, until=-25)
    made = monitor("output_tokens", baseline={"kind": "same_hours", "current_hours": 3.0})
    found = sides(made, made.chosen.baseline(), end=end)
    assert found.reference.sample.values == [1, 1, 1]


def test_what_was_said_is_read_without_instructions(calls, monitor, end):
    calls([{"input": CONVERSATION, "output": '{"a": 1}'}, {"output": "{oh"}], since=-1, until=0)
    assert side(monitor("input_language"), day(end)).sample.values in (["ko", None], [None, "ko"])
    assert set(side(monitor("json"), day(end)).sample.values) == {"JSON", "no JSON"}


def test_embeddings_are_read_from_where_spans_carry_them(calls, monitor, end):
    key = "embedding.embeddings.0.embedding.vector"
    calls(
        [
            {"type": "EMBEDDING", "output": "[[0.5, 1]]"},
            {"type": "EMBEDDING", "attributes": {key: "[2.0, 3.0]"}},
            {"type": "EMBEDDING", "output": '{"data": [{"embedding": [4, 5]}]}'},
        ],
        since=-1,
        until=0,
    )
    found = side(monitor("embedding"), day(end)).sample.values
    assert sorted(found) == [[0.5, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_a_trace_tells_the_tools_that_it_ran_in_their_order(calls, monitor, end):
    names = ("search", "rank", "answer")
    calls(
        [{"trace_id": "t1", "span_id": one, "type": "TOOL", "name": one} for one in names],
        since=-1,
        until=0,
    )
    assert side(monitor("tool_path"), day(end)).sample.values == ["search → rank → answer"]


def test_languages_are_those_of_what_the_trace_was_given(calls, monitor, end):
    calls([{"input": CONVERSATION, "score": {"quality": 0.5}}], since=-1, until=0)
    made = monitor("score", key="quality")
    found = with_languages(made, side(made, day(end)))
    assert found.sample.segments == {"language": ["ko"]}


def test_a_sample_that_is_too_large_is_thinned_to_the_same_values_each_time(calls, monitor, end):
    from evals.drift.sampling import draw_of
    from traces.queries.drift_samples import drawn

    calls([{"output_tokens": number} for number in range(50)], since=-5, until=0)
    made = monitor("output_tokens")
    whole = drawn(draw_of(made, day(end), most=50))
    some = drawn(draw_of(made, day(end), most=10))
    assert some.values == whole.values[:10]
    assert some.moments != sorted(some.moments)


def test_a_score_of_a_trace_that_is_not_there_has_no_input(calls, monitor, end, project):
    import time

    from traces.records import Score
    from traces.writer import insert_scores

    calls([{"output_tokens": 7, "score": {"quality": 0.5}}], since=-1, until=0)
    at = int((end - timedelta(minutes=5)).timestamp()) * 10**9
    stray = Score(project.id, "x", "quality", at, trace_id="gone", value=0.9)
    stray.version = time.time_ns()
    insert_scores([stray])
    made = monitor("relation", key="quality", figure="output_tokens")
    assert side(made, day(end)).sample.values == [(7, 0.5)]


def test_items_of_a_dataset_are_a_reference(calls, monitor, end, project):
    from evals.datasets.models import Dataset, ItemVersion

    dataset = Dataset.objects.create(project=project, name="Golden")
    for number in range(3):
        ItemVersion.objects.create(
            project=project,
            dataset=dataset,
            item_id=str(number),
            number=number,
            created_at=end,
            valid_from=end,
            input={"question": "Why?"},
            expected_output="x" * number,
        )
    calls([{"output": "four"}], since=-1, until=0)
    baseline = {"kind": "dataset", "dataset": dataset.pk}
    made = monitor("output_length", baseline=baseline)
    found = sides(made, made.chosen.baseline(), end=end)
    assert (sorted(found.reference.sample.values), found.current.sample.values) == ([0, 1, 2], [4])
    assert sizes(made, now=end) == (3, 1)
    with pytest.raises(InvalidMonitor, match="inputs and expected outputs"):
        refused = monitor("latency", baseline=baseline)
        sides(refused, refused.chosen.baseline(), end=end)


def test_nothing_of_another_project_is_drawn(calls, monitor, end, organisation):
    from accounts.models import Project

    calls([{"output_tokens": 1}], since=-1, until=0)
    made = monitor("output_tokens")
    made.project = Project.objects.create(organisation=organisation, name="Other")
    assert side(made, day(end)).sample.values == []

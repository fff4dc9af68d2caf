"""Files that move many gated labels: the lock is held for so long, and a dry run asks little."""

import pytest

from prompts.files import applying
from prompts.files.applying import How, Refused, apply
from prompts.gates import case
from prompts.gates.models import Gate, GateRun
from prompts.models import Prompt
from tests.prompts.test_files import BY


@pytest.fixture
def asked(monkeypatch):
    """How often ClickHouse was asked of calls."""
    from traces.queries.prompt_guards import Observed

    times = []

    def observed(project_id, name, versions, **_):
        times.append(name)
        return {number: Observed(version=number, calls=50) for number in versions}

    monkeypatch.setattr(case, "observed", observed)
    return times


def texts(count):
    return {f"p{n:02}.md": f"---\nlabels: [production]\n---\nText {n}" for n in range(count)}


def pushed(project, count, **how):
    return apply(project, texts(count), BY, How(**how))


def problems(project, count, **how):
    with pytest.raises(Refused) as error:
        pushed(project, count, **how)
    return error.value.problems


def test_a_push_looks_at_calls_for_so_many_labels_and_refuses_more(project, asked, monkeypatch):
    Gate.objects.create(project=project, label="production", checks={"min_calls": 1})
    monkeypatch.setattr(applying, "MOST_RUNS", 3)
    (one,) = problems(project, 5)
    assert one.path == "p03.md"
    assert one.detail == (
        "More than 3 labels in these files have gates that look at calls. Push fewer files at a "
        "time."
    )
    assert len(asked) == 3
    assert not Prompt.objects.filter(versions__isnull=False).exists()
    assert len(pushed(project, 3)) == 3


def test_gates_that_look_at_no_calls_are_not_counted(project, asked, monkeypatch):
    Gate.objects.create(project=project, label="production", checks={"max_tokens": 100})
    monkeypatch.setattr(applying, "MOST_RUNS", 1)
    assert len(pushed(project, 4)) == 4
    assert asked == []


def test_after_twenty_closed_gates_the_rest_is_not_tried(project):
    Gate.objects.create(project=project, label="production", checks={"max_tokens": 1})
    told = problems(project, 30)
    assert len(told) == applying.MOST_REFUSALS + 1
    assert "were not tried" in told[-1].detail
    assert GateRun.objects.count() == applying.MOST_REFUSALS


def test_a_dry_run_asks_for_no_calls_and_says_so(project, asked):
    Gate.objects.create(
        project=project, label="production", checks={"min_calls": 1, "max_tokens": 9}
    )
    dry = pushed(project, 2, is_dry=True)
    assert asked == []
    assert [one.labels[0].checked_later for one in dry] == [True, True]
    Gate.objects.update(checks={"min_calls": 1, "max_tokens": 1})
    assert "max_tokens" in problems(project, 2, is_dry=True)[0].detail
    Gate.objects.update(checks={"min_calls": 1})
    done = pushed(project, 2)
    assert len(asked) == 2
    assert [one.labels[0].checked_later for one in done] == [False, False]

"""Whose experiment goes on while somebody else's provider hangs."""

import pytest

from evals.experiments.models import Step
from evals.experiments.running import holding, planning, working
from evals.experiments.running.planning import Wish
from tests.llm.stand_in import Provider, answers


@pytest.fixture
def begin(dataset, make, make_connection, unpaced):
    """`begin("one", url)`: an experiment through a connection of its own."""

    def begun(name, url):
        connection = unpaced(
            make_connection(name=name, base_url=f"{url}/v1", model_names=["gpt-4o-mini"])
        )
        wish = Wish(
            dataset=dataset,
            name=name,
            version=make(name, "Capital of {{country}}?"),
            connection=connection,
            model="gpt-4o-mini",
            parameters={},
            evaluators=[],
        )
        return planning.start(wish, None, None)

    return begun


@pytest.fixture
def hanging():
    """A provider that answers nothing before `go_on` is set, or only after long; `in_time` tells
    which it was.
    """
    with Provider() as one:
        one.in_time = []

        def waits(handler, asked):
            one.in_time.append(one.go_on.wait(20))
            answers("Late")(handler, asked)

        one.will(waits)
        yield one


def test_a_provider_that_hangs_delays_no_experiment_on_another_connection(begin, hanging, provider):
    """One worker, one seat: it goes on with the others while it waits."""

    def quick(handler, asked):
        answers("Seoul")(handler, asked)
        if len(provider.asked) == 10:
            hanging.go_on.set()

    provider.will(quick)
    stuck = begin("stuck", hanging.url)
    others = [begin("second", provider.url), begin("third", provider.url)]
    working.work_next(seconds=0.5)
    assert hanging.in_time and all(hanging.in_time)
    for plan in others:
        plan.refresh_from_db()
        assert plan.is_over and plan.items.filter(step=Step.DONE).count() == 5
    while working.work_next(seconds=5):
        pass
    stuck.refresh_from_db()
    assert stuck.is_over and stuck.items.filter(step=Step.DONE).count() == 5


def test_all_turns_of_a_worker_have_one_seat(begin, hanging, provider, settings):
    first, second = begin("one", hanging.url), begin("two", provider.url)
    held = holding.hold(first.pk, "worker")
    assert holding.hold(second.pk, "other") is None
    again = holding.hold(second.pk, "worker")
    assert held is not None and again is not None
    assert holding.workers_besides("") == 1 and not holding.has_room("other")

import pytest

from ingest.circuit import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Circuit, State


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def circuit(clock):
    return Circuit(clock=clock, probe_limit=60)


def test_it_starts_closed_and_has_nothing_to_probe(circuit):
    assert circuit.is_closed()
    assert not circuit.may_probe()
    assert circuit.seconds_to_probe() == 0


def test_one_failure_opens_it(circuit):
    assert circuit.failed()
    assert circuit.state is State.OPEN
    assert not circuit.may_probe()
    assert circuit.seconds_to_probe() == FIRST_PAUSE_SECONDS


def test_only_the_first_of_several_failures_is_news(circuit):
    assert circuit.failed()
    assert not circuit.failed()
    assert circuit.seconds_to_probe() == FIRST_PAUSE_SECONDS


def test_after_the_pause_one_caller_probes_and_the_others_do_not(circuit, clock):
    circuit.failed()
    clock.now += FIRST_PAUSE_SECONDS
    assert circuit.may_probe()
    assert not circuit.may_probe()
    assert not circuit.is_closed()


def test_a_probe_that_succeeds_closes_it(circuit, clock):
    circuit.failed()
    clock.now += FIRST_PAUSE_SECONDS
    circuit.may_probe()
    circuit.succeeded()
    assert circuit.is_closed()


def test_probes_that_fail_come_at_growing_distances_up_to_a_limit(circuit, clock):
    circuit.failed()
    pauses = []
    for _ in range(8):
        clock.now += circuit.seconds_to_probe()
        assert circuit.may_probe()
        assert not circuit.failed()
        pauses.append(circuit.seconds_to_probe())
    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_after_a_success_the_pauses_begin_small_again(circuit, clock):
    circuit.failed()
    for _ in range(4):
        clock.now += circuit.seconds_to_probe()
        circuit.may_probe()
        circuit.failed()
    clock.now += circuit.seconds_to_probe()
    circuit.may_probe()
    circuit.succeeded()
    assert circuit.failed()
    assert circuit.seconds_to_probe() == FIRST_PAUSE_SECONDS


def test_a_caller_who_lets_others_go_first_probes_only_when_nobody_did(circuit, clock):
    circuit.failed()
    clock.now += FIRST_PAUSE_SECONDS + 1
    assert not circuit.may_probe(late_by=2)
    clock.now += 1
    assert circuit.may_probe(late_by=2)


def test_a_probe_whose_thread_was_killed_does_not_keep_it_open_for_ever(circuit, clock):
    circuit.failed()
    clock.now += FIRST_PAUSE_SECONDS
    assert circuit.may_probe()
    clock.now += 59
    assert not circuit.may_probe()
    clock.now += 1
    assert circuit.may_probe()

"""Two reads at once: both answers, or what went wrong, and never more than a page may take."""

import threading

import pytest

from traces.queries import together as module
from traces.queries.together import together


@pytest.fixture
def spare(monkeypatch):
    """How many pages may read twice at once."""

    def set_to(number: int) -> threading.BoundedSemaphore:
        found = threading.BoundedSemaphore(number)
        monkeypatch.setattr(module, "_spare", found)
        return found

    return set_to


def failing() -> None:
    raise LookupError("gone")


def test_each_read_goes_on_while_the_other_waits(spare):
    spare(1)
    both_are_at_it = threading.Barrier(2, timeout=30)
    first, second = together(both_are_at_it.wait, both_are_at_it.wait)
    assert {first, second} == {0, 1}


def test_both_answers_come_in_the_order_of_the_questions(spare):
    spare(1)
    assert together(lambda: "spans", lambda: "facts") == ("spans", "facts")


def test_without_room_for_a_second_read_they_follow_each_other(spare):
    spare(0)
    threads = together(threading.get_ident, threading.get_ident)
    assert threads == (threading.get_ident(),) * 2


@pytest.mark.parametrize("reads", [(failing, str), (str, failing), (failing, failing)])
def test_what_goes_wrong_in_either_is_raised_and_its_room_is_free_again(spare, reads):
    room = spare(1)
    with pytest.raises(LookupError, match="gone"):
        together(*reads)
    assert room.acquire(timeout=30)

import pytest

from ingest.admission import Overloaded, Pool, Ticket


@pytest.fixture
def pool():
    return Pool(100)


def test_bodies_are_let_in_up_to_the_limit(pool):
    Ticket(pool, "a").take(50)
    Ticket(pool, "b").take(50)
    with pytest.raises(Overloaded):
        Ticket(pool, "c").take(1)


def test_what_is_given_back_can_be_taken_again(pool):
    first = Ticket(pool, "a")
    first.take(50)
    first.give_back()
    first.give_back()  # twice does no harm
    Ticket(pool, "a").take(50)
    Ticket(pool, "b").take(50)
    with pytest.raises(Overloaded):
        Ticket(pool, "c").take(1)


def test_one_project_cannot_fill_more_than_half(pool):
    Ticket(pool, "a").take(30)
    with pytest.raises(Overloaded):
        Ticket(pool, "a").take(30)
    Ticket(pool, "b").take(50)


def test_a_body_larger_than_a_share_is_let_in_when_its_project_has_nothing_else(pool):
    Ticket(pool, "b").take(10)
    Ticket(pool, "a").take(80)
    with pytest.raises(Overloaded):
        Ticket(pool, "a").take(1)


def test_a_body_larger_than_the_limit_is_let_in_alone(pool):
    Ticket(pool, "a").take(1000)
    with pytest.raises(Overloaded):
        Ticket(pool, "b").take(1)


def test_a_body_that_grows_while_it_is_inflated_counts_as_one(pool):
    ticket = Ticket(pool, "a")
    for _ in range(9):
        ticket.take(10)
    other = Ticket(pool, "b")
    other.take(10)
    with pytest.raises(Overloaded):
        ticket.take(10)
    ticket.give_back()
    with pytest.raises(Overloaded):
        Ticket(pool, "b").take(50)
    Ticket(pool, "c").take(90)


def test_whoever_is_turned_away_is_told_to_come_back_in_a_few_seconds_not_all_at_once():
    waits = {Overloaded("").retry_after for _ in range(200)}
    assert waits == {1, 2, 3, 4, 5}

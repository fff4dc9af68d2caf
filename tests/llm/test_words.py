"""Failures told to people."""

from llm.chat import Failed, Kind
from llm.words import WORDS, told


def test_every_kind_of_failure_has_words():
    assert set(WORDS) == set(Kind)


def test_how_long_to_wait_is_told_where_it_is_known():
    assert told(Failed(Kind.RATE_LIMIT, retry_after=1.2)).endswith("Try again in 1 second.")
    assert told(Failed(Kind.RATE_LIMIT, retry_after=0)).endswith("Try again in 0 seconds.")
    assert told(Failed(Kind.RATE_LIMIT)) == "The provider takes no more requests for now."

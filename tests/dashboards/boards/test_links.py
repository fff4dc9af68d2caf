"""From a number to its rows."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from dashboards.boards import links
from dashboards.boards.links import OBSERVATIONS, SCORES, TRACES
from traces.search.grammar import parsed
from traces.search.of_dimensions import having_score
from traces.search.terms import Term
from traces.views.asked import asked


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_the_list_has_the_scopes_filter_and_the_marks_own_within_its_window(scope):
    board = scope(terms=parsed("environment:demo latency:>2").terms)
    window = (board.since - 5, board.until + 5)  # a bucket goes on beyond the time of the board
    found = query_of(
        links.rows_of(board, links.term_of("model", 'gpt "4"'), view=OBSERVATIONS, window=window)
    )
    assert found["q"] == [r'environment:demo latency:>2 model:"gpt \"4\""']
    assert found["kind"] == ["observations"]
    assert (found["from"], found["to"]) == ([str(board.since)], [str(board.until)])


@pytest.mark.parametrize(
    ("dimension", "value", "view", "term"),
    [
        ("name", "plan", OBSERVATIONS, "span:plan"),
        ("name", "plan", TRACES, "name:plan"),
        ("name", "faithful", SCORES, "scores.faithful:>=-1e15"),
        ("status", "rate limit", OBSERVATIONS, 'error_type:"rate limit"'),
        ("trace_name", "chat", OBSERVATIONS, "trace_name:chat"),
        ("trace_name", "chat", SCORES, "name:chat"),
        ("user", "", TRACES, "-has:user"),
        ("metadata.team", "red", TRACES, "metadata.team:red"),
        ("prompt_version", 3, OBSERVATIONS, "prompt_version:3"),
    ],
)
def test_a_value_of_a_dimension_is_a_term_that_the_list_reads(dimension, value, view, term):
    found = links.term_of(dimension, value, view)
    assert str(found) == term and parsed(term).problems == ()


@pytest.mark.parametrize(("dimension", "value"), [("model", ""), ("hour", "5"), ("model", "a\0b")])
def test_what_the_list_has_no_words_for_leads_nowhere(scope, dimension, value):
    assert links.term_of(dimension, value) is None
    assert links.rows_of(scope(), links.term_of(dimension, value)) == ""
    assert links.base_of(scope(), links.term_of(dimension, value)) == ""


def test_scores_lead_to_traces_that_began_before_them(scope):
    board = scope()
    found = query_of(links.rows_of(board, having_score("faithful"), view=SCORES))
    assert int(found["from"][0]) == board.since - 31 * 86_400 * 1_000_000_000
    assert found["to"] == [str(board.until)]


def test_a_shared_board_leads_nowhere(scope):
    assert links.rows_of(scope(leads=False)) == ""
    assert links.base_of(scope(leads=False), Term("model", ("a",))) == ""


def test_what_is_beyond_the_series_is_all_but_them(scope):
    terms = links.terms_beyond("model", ["a", "b c"])
    assert [str(one) for one in terms] == ['-model:(a OR "b c")']


def test_the_list_reads_the_address_as_it_was_meant(scope):
    board = scope(terms=parsed("has:error").terms)
    address = links.rows_of(board, links.term_of("model", "a"), view=OBSERVATIONS, sort="cost")
    request = RequestFactory().get(address)
    request.GET = QueryDict(urlsplit(address).query)
    found = asked(request)
    assert found.problems == [] and found.kind == "observations" and found.sort == "cost"
    assert (found.wanted.since, found.wanted.until) == (board.since, board.until)
    assert [str(one) for one in found.wanted.terms] == ["has:error", "model:a"]

"""What callers ask for: read as it is meant, or refused with a reason."""

import pytest
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from traces.api import parameters
from traces.queries.langfuse.conditions import ALL_TIME, Conditions
from traces.queries.langfuse.filters import UnknownFilter, add_filters


def asked(text: str) -> QueryDict:
    return QueryDict(text)


def test_a_page_is_the_first_fifty_unless_asked_otherwise():
    page = parameters.page_in(asked(""))
    assert (page.number, page.limit, page.offset) == (1, 50, 0)
    page = parameters.page_in(asked("page=3&limit=20"))
    assert page.offset == 40
    assert page.meta(41) == {"page": 3, "limit": 20, "totalItems": 41, "totalPages": 3}


@pytest.mark.parametrize(
    "text",
    [
        "page=0",
        "page=-1",
        "page=x",
        "limit=101",
        "limit=0",
        "page=1.5",
        "limit=99999999999999999999",
        "page=٣",
    ],
)
def test_a_page_that_cannot_be_is_refused(text):
    with pytest.raises(ValidationError):
        parameters.page_in(asked(text))


def test_a_range_without_ends_is_all_time():
    assert parameters.time_in(asked(""), "a", "b") == ALL_TIME


def test_a_plus_that_a_client_forgot_to_encode_is_still_an_offset():
    got = parameters.time_in(asked("a=2026-01-31T18:30:00+09:00"), "a", "b")
    assert got.since == 1_769_851_800_000_000_000


@pytest.mark.parametrize("text", ["a=now", "a=2026-13-01", "b=12"])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(ValidationError):
        parameters.time_in(asked(text), "a", "b")


def test_lists_come_repeated_or_with_commas():
    assert parameters.words_in(asked("x=a,b&x=c,,"), "x") == ["a", "b", "c"]
    assert parameters.values_in(asked("x=a,b&x=c"), "x") == ["a,b", "c"]


def test_a_cursor_comes_back_as_it_was_given_out():
    cursor = parameters.encoded_cursor(17, "t/1", "한")
    assert parameters.cursor_in(asked(f"cursor={cursor}"), int, str, str) == [17, "t/1", "한"]


@pytest.mark.parametrize("cursor", ["!", "e30", "WzFd", "a" * 5000, "WzEsInQiLDNd"])
def test_a_cursor_that_was_never_given_out_is_refused(cursor):
    with pytest.raises(ValidationError):
        parameters.cursor_in(asked(f"cursor={cursor}"), int, str, str)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[1]",
        '[{"type":"string"}]',
        '[{"type":"sql","column":"name","operator":"="}]',
        '[{"type":"string","column":"name","operator":"=","value":1}]',
        '[{"type":"number","column":"latency","operator":"=","value":"x"}]',
        '[{"type":"number","column":"latency","operator":"=","value":true}]',
        '[{"type":"datetime","column":"timestamp","operator":"=","value":7}]',
        '[{"type":"boolean","column":"x","operator":"=","value":"yes"}]',
        '[{"type":"stringOptions","column":"x","operator":"any of","value":"a"}]',
        '[{"type":"stringObject","column":"metadata","operator":"=","value":"a","key":[1]}]',
        "[" * 10_000,
    ],
)
def test_a_filter_that_says_nothing_is_refused(text):
    query = QueryDict(mutable=True)
    query["filter"] = text
    with pytest.raises(ValidationError):
        parameters.filters_in(query)


@pytest.mark.parametrize(
    ("column", "kind", "operator"),
    [
        ("nothing", "string", "="),
        ("name", "number", "="),
        ("name", "string", "OR 1=1 --"),
        ("1=1) --", "string", "="),
    ],
)
def test_a_filter_on_what_is_not_there_is_refused(column, kind, operator):
    query = QueryDict(mutable=True)
    query["filter"] = (
        f'[{{"type":"{kind}","column":"{column}","operator":"{operator}","value":1}}]'
        if kind == "number"
        else f'[{{"type":"{kind}","column":"{column}","operator":"{operator}","value":"1"}}]'
    )
    with pytest.raises(UnknownFilter):
        add_filters(Conditions(), parameters.filters_in(query), {"name": ("text", "s.name")})


def test_no_value_of_a_filter_becomes_part_of_the_statement():
    hostile = "' OR 1=1 --"
    query = QueryDict(mutable=True)
    query["filter"] = (
        f'[{{"type":"stringObject","column":"m","operator":"=","value":"{hostile}","key":"{hostile}"}}]'
    )
    conditions = Conditions()
    add_filters(conditions, parameters.filters_in(query), {"m": ("map", "s.metadata")})
    assert conditions.all_true() == "s.metadata[{v0:String}] = {v1:String}"
    assert conditions.values == {"v0": hostile, "v1": hostile}

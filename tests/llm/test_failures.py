"""Calls of models that go wrong, in every way: what is told, and that nobody waits for ever."""

import base64
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from llm import calls
from llm.chat import CallFailed, Failed, Kind, Text
from tests.llm.asking import BOTH, asking, events, failure
from tests.llm.connected import KEY
from tests.llm.stand_in import never_ends, one_word_then_waits, refuses, says, says_nothing, streams

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "bad key", "code": "invalid_api_key"}, Kind.KEY),
        (403, {"message": "not allowed"}, Kind.FORBIDDEN),
        (404, {"message": "no model", "code": "model_not_found"}, Kind.NOT_FOUND),
        (404, "<html>nginx</html>", Kind.NOT_FOUND),
        (429, {"message": "slow down"}, Kind.RATE_LIMIT),
        (429, {"message": "pay", "code": "insufficient_quota"}, Kind.QUOTA),
        (400, {"message": "filtered", "code": "content_filter"}, Kind.CONTENT_FILTER),
        (400, {"message": "wrong temperature"}, Kind.REFUSED),
        (529, {"type": "overloaded_error", "message": "Overloaded"}, Kind.OVERLOADED),
        (503, "<html>", Kind.OVERLOADED),
        (500, {"message": "oops"}, Kind.PROVIDER),
        (504, "<html>", Kind.TIMEOUT),
        (302, "", Kind.MALFORMED),
    ],
)
def test_a_refusal_is_told_by_what_one_would_do_about_it(
    make_connection, provider, status, error, kind
):
    provider.will(refuses(status, error))
    found = failure(make_connection())
    assert (found.kind, found.status) == (kind, status)
    assert "html" not in found.said
    with pytest.raises(CallFailed) as raised:
        calls.complete(make_connection(name="Second"), asking())
    assert raised.value.failure.kind is kind


def test_a_rate_limit_says_how_long_to_wait(make_connection, provider):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    provider.will(
        refuses(429, retry_after="7"),
        refuses(429, retry_after=later),
        refuses(429, retry_after="x"),
    )
    connection = make_connection()
    assert failure(connection).retry_after == 7
    assert 80 < failure(connection).retry_after <= 90
    assert failure(connection).retry_after is None


@BOTH
def test_an_error_in_the_middle_keeps_what_came_before(make_connection, provider, protocol):
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    begun = {
        "openai": {"choices": [{"delta": {"content": "Hal"}}]},
        "anthropic": {"type": "content_block_delta", "index": 0, "delta": {"text": "Hal"}},
    }[protocol]
    provider.will(streams(begun, error))
    found = events(make_connection(protocol=protocol))
    assert found == [Text("Hal"), Failed(Kind.OVERLOADED, "Overloaded")]


@BOTH
def test_a_stream_that_is_cut_is_no_answer(make_connection, provider, protocol):
    provider.will(streams())
    assert failure(make_connection(protocol=protocol)).kind is Kind.MALFORMED


@pytest.mark.parametrize(
    "script",
    [
        says("<html>hello</html>", "text/html"),
        says("[1, 2]"),
        says('{"choices": "none"}'),
        says("{" * 50_000),
        streams("{not json"),
        streams({"choices": [None, 7]}, {"choices": [{"delta": {"tool_calls": [7]}}]}),
    ],
)
def test_what_is_no_answer_of_the_protocol_is_malformed(make_connection, provider, script):
    provider.will(script)
    assert failure(make_connection()).kind is Kind.MALFORMED
    provider.will(script)
    assert failure(make_connection(name="A", protocol="anthropic")).kind is Kind.MALFORMED


def test_an_answer_without_end_is_cut_off(make_connection, provider):
    provider.will(never_ends)
    assert failure(make_connection()).kind is Kind.TOO_LARGE


def test_a_provider_that_says_nothing_is_left_in_time(make_connection, provider):
    provider.will(says_nothing)
    assert failure(make_connection(), idle_seconds=0.3).kind is Kind.TIMEOUT


def test_an_answer_that_drips_is_left_at_the_end_of_all_patience(make_connection, provider):
    provider.will(one_word_then_waits)
    found = events(make_connection(), seconds=0.5)
    assert found[0] == Text("Once")
    assert found[-1].kind is Kind.TIMEOUT


def test_closing_the_stream_hangs_up(make_connection, provider):
    provider.will(one_word_then_waits)
    stream = calls.stream(make_connection(), asking())
    assert next(stream) == Text("Once")
    stream.close()
    assert provider.hung_up.wait(10)


@pytest.mark.parametrize("script", [one_word_then_waits, says_nothing])
def test_a_call_that_waits_can_be_stopped_from_elsewhere(make_connection, provider, script):
    provider.will(script)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    assert failure(make_connection(), stop=stop).kind is Kind.STOPPED
    if script is one_word_then_waits:
        assert provider.hung_up.wait(10)


def test_where_nobody_listens_it_is_unreachable(make_connection):
    from embedded.probe import free_port

    connection = make_connection(base_url=f"http://127.0.0.1:{free_port('127.0.0.1')}/v1")
    assert failure(connection).kind is Kind.UNREACHABLE


def test_a_private_address_is_asked_only_where_the_operator_opened_it(
    make_connection, provider, settings
):
    connection = make_connection()
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": [], "webhook": ["127.0.0.1/32"]}
    assert failure(connection).kind is Kind.ADDRESS
    assert provider.asked == []


def test_a_key_that_no_longer_opens_is_told_and_nobody_is_asked(
    make_connection, provider, settings
):
    connection = make_connection()
    settings.ENCRYPTION_KEYS = [base64.b64encode(b"k" * 32).decode()]
    found = failure(connection)
    assert found.kind is Kind.SEALED and "SONDE_ENCRYPTION_KEYS" in found.said
    assert provider.asked == []


def test_no_part_of_a_key_is_told_where_words_are_cut(make_connection, provider):
    connection = make_connection()
    words = f"{'x' * 490} {KEY} and more"
    provider.will(refuses(401, {"message": words}))
    assert failure(connection).said == f"{'x' * 490} … and mor…"
    provider.will(streams({"error": {"message": words}}))
    assert failure(connection).said == f"{'x' * 490} … and mor…"


def test_a_key_that_the_provider_repeats_is_not_told(make_connection, provider):
    provider.will(refuses(401, {"message": f"Incorrect API key: {KEY}."}))
    connection = make_connection(headers={"X-Auth": "Bearer header-secret"})
    assert failure(connection).said == "Incorrect API key: …."
    said = f"No {KEY}, header-secret"
    provider.will(streams({"choices": [{"delta": {"content": "a"}}]}, {"error": {"message": said}}))
    assert failure(connection).said == "No …, …"

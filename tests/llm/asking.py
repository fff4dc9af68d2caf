"""Requests to a model, and what comes of them."""

import pytest

from llm import calls
from llm.chat import Failed, Message, Request

BOTH = pytest.mark.parametrize("protocol", ["openai", "anthropic"])


def asking(**options) -> Request:
    messages = [Message("system", "Be short."), Message("user", "안녕")]
    return Request(**{"model": "some-model", "messages": messages, **options})


def events(connection, request=None, **patience) -> list:
    return list(calls.stream(connection, request or asking(), calls.Patience(**patience)))


def failure(connection, request=None, **patience) -> Failed:
    last = events(connection, request, **patience)[-1]
    assert isinstance(last, Failed)
    return last

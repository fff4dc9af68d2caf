"""Testing a connection: the smallest real call."""

import time
from dataclasses import dataclass

from llm.calls import Patience, complete
from llm.chat import CallFailed, Failed, Message, Request
from llm.models import LlmConnection

PATIENCE = Patience(seconds=30, idle_seconds=30)
MAX_TOKENS = 16  # some models take no fewer


@dataclass(frozen=True, slots=True)
class Trial:
    model: str
    milliseconds: int
    answered: str = ""  # the model's full name
    failure: Failed | None = None


def tried(connection: LlmConnection, model: str) -> Trial:
    request = Request(model, [Message("user", "Say “ok”.")], max_tokens=MAX_TOKENS)
    began = time.monotonic()
    answered, failure = "", None
    try:
        answered = complete(connection, request, PATIENCE).model
    except CallFailed as error:
        failure = error.failure
    return Trial(model, round((time.monotonic() - began) * 1000), answered, failure)

"""Server-sent events, as providers stream them. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

DONE = "[DONE]"


class NotJson(ValueError):
    """A piece of the stream is no JSON object."""


def events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The data of each event, until the stream ends or says that it is done."""
    data: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            text, data = "\n".join(data), []
            if text.strip() == DONE:
                return
            yield object_of(text)
    text = "\n".join(data).strip()  # of a stream that ends without an empty line
    if text and text != DONE:
        yield object_of(text)


def object_of(text: str | bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotJson("A part of the answer is not JSON.") from error
    if not isinstance(value, dict):
        raise NotJson("A part of the answer is not a JSON object.")
    return value

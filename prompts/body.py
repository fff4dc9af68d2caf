"""What a version says: a text, or messages with placeholders between them. Pure.

Chat bodies are kept in Langfuse's shape: `{"role", "content"}` and `{"type": "placeholder",
"name"}`, each with its `type` written out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prompts.names import CONTROL
from prompts.substitution import filled, variables_of

MAX_CHARACTERS = 500_000  # of all texts together
MOST_MESSAGES = 500
MAX_ROLE = 50
MAX_PLACEHOLDER = 100

Body = str | list[dict[str, str]]


class InvalidBody(ValueError):
    """The message says where and what is wrong."""


def text_body(given: object) -> str:
    if not isinstance(given, str):
        raise InvalidBody("The prompt of type “text” must be a text.")
    return _bounded(given, "The prompt")


def chat_body(given: object) -> list[dict[str, str]]:
    if not isinstance(given, list) or not given:
        raise InvalidBody("The prompt of type “chat” must be a list of one message or more.")
    if len(given) > MOST_MESSAGES:
        raise InvalidBody(f"A chat prompt has at most {MOST_MESSAGES} messages.")
    messages = [_message(message, number) for number, message in enumerate(given, 1)]
    if sum(len(text) for text in texts_of(messages)) > MAX_CHARACTERS:
        raise InvalidBody(f"The messages together have at most {MAX_CHARACTERS:,} characters.")
    return messages


def _message(given: object, number: int) -> dict[str, str]:
    where = f"Message {number}"
    if not isinstance(given, Mapping):
        raise InvalidBody(f"{where} must be an object with “role” and “content”.")
    if given.get("type") == "placeholder":
        name = _named(given.get("name"), f"{where}: the placeholder's “name”", MAX_PLACEHOLDER)
        return {"type": "placeholder", "name": name}
    if given.get("type") not in (None, "chatmessage", "message"):
        raise InvalidBody(f"{where}: “type” must be “chatmessage” or “placeholder”.")
    role = _named(given.get("role"), f"{where}: “role”", MAX_ROLE)
    content = given.get("content")
    if not isinstance(content, str):
        raise InvalidBody(f"{where}: “content” must be a text.")
    return {"type": "chatmessage", "role": role, "content": _bounded(content, where)}


def _named(given: object, what: str, most: int) -> str:
    if not isinstance(given, str) or not 0 < len(given.strip()) <= most:
        raise InvalidBody(f"{what} must have 1 to {most} characters.")
    if CONTROL.search(given):
        raise InvalidBody(f"{what} must not hold control characters.")
    return given.strip()


def _bounded(text: str, what: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise InvalidBody(f"{what} has at most {MAX_CHARACTERS:,} characters.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidBody(f"{what} must not hold NULs or half characters.")
    return text


def texts_of(body: Body) -> list[str]:
    """Every text in which variables and references may stand."""
    if isinstance(body, str):
        return [body]
    return [message["content"] for message in body if message["type"] == "chatmessage"]


def variables_in(body: Body) -> list[str]:
    return variables_of(texts_of(body))


def placeholders_in(body: Body) -> list[str]:
    if isinstance(body, str):
        return []
    names = (message["name"] for message in body if message["type"] == "placeholder")
    return list(dict.fromkeys(names))


def with_texts(body: Body, texts: Sequence[str]) -> Body:
    """The body with these texts instead of its own, in the order of `texts_of`."""
    if isinstance(body, str):
        return texts[0]
    rest = iter(texts)
    return [
        {**message, "content": next(rest)} if message["type"] == "chatmessage" else message
        for message in body
    ]


def compiled(
    body: Body, values: Mapping[str, str], messages: Mapping[str, list[dict[str, Any]]]
) -> Any:
    """The text with its variables filled, or the messages with placeholders replaced too. A
    placeholder that nothing is given for stays out.
    """
    if isinstance(body, str):
        return filled(body, values)
    return list(_compiled_messages(body, values, messages))


def _compiled_messages(
    body: list[dict[str, str]],
    values: Mapping[str, str],
    given: Mapping[str, list[dict[str, Any]]],
) -> Iterator[dict[str, Any]]:
    for message in body:
        if message["type"] == "placeholder":
            yield from given.get(message["name"], ())
        else:
            yield {"role": message["role"], "content": filled(message["content"], values)}

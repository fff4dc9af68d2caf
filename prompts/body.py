"""What a version says: a text, or messages with placeholders between them. Pure.

Chat bodies are kept in Langfuse's shape: `{"role", "content"}` and `{"type": "placeholder",
"name"}`, each with its `type` written out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

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
        raise InvalidBody(_("The prompt of type “text” must be a text."))
    return _bounded(given, _("The prompt"))


def chat_body(given: object) -> list[dict[str, str]]:
    if not isinstance(given, list) or not given:
        words = _("The prompt of type “chat” must be a list of one message or more.")
        raise InvalidBody(words)
    if len(given) > MOST_MESSAGES:
        words = _("A chat prompt has at most %(most)s messages.")
        raise InvalidBody(words % {"most": MOST_MESSAGES})
    messages = [_message(message, number) for number, message in enumerate(given, 1)]
    if sum(len(text) for text in texts_of(messages)) > MAX_CHARACTERS:
        words = _("The messages together have at most %(most)s characters.")
        raise InvalidBody(words % {"most": f"{MAX_CHARACTERS:,}"})
    return messages


def _message(given: object, number: int) -> dict[str, str]:
    where = _("Message %(number)s") % {"number": number}
    if not isinstance(given, Mapping):
        words = _("%(where)s must be an object with “role” and “content”.")
        raise InvalidBody(words % {"where": where})
    if given.get("type") == "placeholder":
        what = _("%(where)s: the placeholder's “name”") % {"where": where}
        name = _named(given.get("name"), what, MAX_PLACEHOLDER)
        return {"type": "placeholder", "name": name}
    if given.get("type") not in (None, "chatmessage", "message"):
        words = _("%(where)s: “type” must be “chatmessage” or “placeholder”.")
        raise InvalidBody(words % {"where": where})
    role = _named(given.get("role"), f"{where}: “role”", MAX_ROLE)
    content = given.get("content")
    if not isinstance(content, str):
        raise InvalidBody(_("%(where)s: “content” must be a text.") % {"where": where})
    return {"type": "chatmessage", "role": role, "content": _bounded(content, where)}


def _named(given: object, what: str, most: int) -> str:
    if not isinstance(given, str) or not 0 < len(given.strip()) <= most:
        words = _("%(what)s must have 1 to %(most)s characters.")
        raise InvalidBody(words % {"what": what, "most": most})
    if CONTROL.search(given):
        raise InvalidBody(_("%(what)s must not hold control characters.") % {"what": what})
    return given.strip()


def _bounded(text: str, what: str) -> str:
    if len(text) > MAX_CHARACTERS:
        words = _("%(what)s has at most %(most)s characters.")
        raise InvalidBody(words % {"what": what, "most": f"{MAX_CHARACTERS:,}"})
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidBody(_("%(what)s must not hold NULs or half characters.") % {"what": what})
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

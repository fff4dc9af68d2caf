"""One column of the playground: a draft and how to run it, as the page sends it, checked. Pure.

Fields that hold JSON (tools, schema, further parameters) come as the text that was typed.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from llm.chat import Message, Request, Tool, ToolCall
from llm.loose import mapping, mappings, text
from prompts.body import Body, InvalidBody, chat_body, compiled, text_body
from prompts.kept import NO_TEXT, Unkept, config_kept
from prompts.models import PromptType

MAX_JSON = 200_000
MAX_MODEL = 200
MAX_VALUE = 1_000_000
MOST_VALUES = 1_000
MOST_TOOLS = 128
NUMBERS = {"temperature": (0.0, 10.0), "top_p": (0.0, 1.0)}
MOST_TOKENS = 10_000_000


class Unrunnable(ValueError):
    """The message says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Column:
    """`body` is what a version would keep. `turns` are the messages with calls of tools and their
    results, which a body cannot hold; they run, and are not saved.
    """

    type: str
    body: Body
    connection_id: str
    model: str
    turns: tuple[Mapping[str, Any], ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calls_tools(self) -> bool:
        return any(turn.get("tool_calls") or turn.get("tool_call_id") for turn in self.turns)


def column_in(given: object) -> Column:
    """Raises Unrunnable."""
    if not isinstance(given, Mapping):
        raise Unrunnable(_("A column must be a JSON object."))
    kind = "chat" if given.get("type") == PromptType.CHAT else "text"
    turns = mappings(given.get("messages"))
    try:
        body = chat_body(turns) if kind == "chat" else text_body(given.get("text"))
    except InvalidBody as error:
        raise Unrunnable(str(error)) from error
    tokens = number_in(given, "max_tokens", 1, MOST_TOKENS)
    if tokens is not None and tokens != int(tokens):
        raise Unrunnable(_("The most tokens must be a whole number."))
    return Column(
        type=kind,
        body=body,
        turns=tuple(turns) if kind == "chat" else (),
        connection_id=text(given.get("connection"))[:64],
        model=text(given.get("model")).strip()[:MAX_MODEL],
        **{name: number_in(given, name, *range_) for name, range_ in NUMBERS.items()},
        max_tokens=None if tokens is None else int(tokens),
        tools=tools_in(json_in(given, "tools", _("Tools"))),
        schema=schema_in(json_in(given, "schema", _("Answer’s schema"))),
        extra=extra_in(json_in(given, "extra", _("Further parameters"))),
    )


def number_in(given: Mapping[str, Any], name: str, least: float, most: float) -> float | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not least <= number <= most:
        words = _("%(name)s must be a number from %(least)s to %(most)s.")
        raise Unrunnable(words % {"name": name, "least": f"{least:g}", "most": f"{most:,.10g}"})
    return number


def json_in(given: Mapping[str, Any], name: str, words: str) -> Any:
    typed = text(given.get(name)).strip()
    if not typed:
        return None
    if len(typed) > MAX_JSON:
        raise Unrunnable(
            _("%(field)s: at most %(most)s characters.") % {"field": words, "most": f"{MAX_JSON:,}"}
        )
    try:
        value = json.loads(typed)
        config_kept({name: value})
    except json.JSONDecodeError as error:
        at = {"field": words, "line": error.lineno, "what": error.msg}
        raise Unrunnable(_("%(field)s: line %(line)s is no JSON (%(what)s).") % at) from error
    except Unkept as error:
        raise Unrunnable(f"{words}: {error}") from error
    except (RecursionError, ValueError) as error:
        raise Unrunnable(_("%(field)s: this is no JSON.") % {"field": words}) from error
    return value


def tools_in(value: Any) -> tuple[Tool, ...]:
    """As OpenAI, Anthropic or nobody in particular writes them down."""
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    if len(listed) > MOST_TOOLS:
        raise Unrunnable(_("At most %(most)d tools.") % {"most": MOST_TOOLS})
    tools = []
    for number, one in enumerate(listed, 1):
        told = mapping(mapping(one).get("function")) or mapping(one)
        parameters = told.get("parameters") or told.get("input_schema") or {}
        if not text(told.get("name")) or not isinstance(parameters, dict):
            raise Unrunnable(
                _("Tool %(number)d needs a “name”, and “parameters” that are a JSON schema.")
                % {"number": number}
            )
        parameters = parameters or {"type": "object", "properties": {}}
        tools.append(Tool(told["name"], text(told.get("description")), parameters))
    return tuple(tools)


def schema_in(value: Any) -> Mapping[str, Any] | None:
    """A JSON schema, by itself or as OpenAI wraps it."""
    if value is None:
        return None
    found = mapping(value)
    found = mapping(found.get("json_schema")) or found
    found = mapping(found.get("schema")) or found
    if not found:
        raise Unrunnable(_("The schema must be a JSON object that is not empty."))
    return found


def extra_in(value: Any) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise Unrunnable(_("The further parameters must be a JSON object."))
    return value or {}


@dataclass(frozen=True, slots=True)
class Values:
    """What fills variables (texts) and placeholders (messages)."""

    texts: Mapping[str, str]
    messages: Mapping[str, list[dict[str, Any]]]


def values_in(variables: object, placeholders: object) -> Values:
    """Raises Unrunnable. A placeholder's messages come as JSON; none fill it with nothing."""
    texts = mapping(variables)
    typed = mapping(placeholders)
    if len(texts) + len(typed) > MOST_VALUES:
        raise Unrunnable(_("At most %(most)d variables.") % {"most": MOST_VALUES})
    for name, value in texts.items():
        if not isinstance(value, str) or len(value) > MAX_VALUE:
            raise Unrunnable(_("The value of “%(name)s” must be a text.") % {"name": name[:100]})
        if NO_TEXT.search(value):
            raise Unrunnable(
                _("The value of “%(name)s” holds a NUL or half a character.") % {"name": name[:100]}
            )
    return Values(texts, {name: messages_in(typed, name) for name in typed})


def messages_in(typed: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = json_in(typed, name, _("Placeholder “%(name)s”") % {"name": name[:100]})
    if found is None:
        return []
    messages = mappings(found)
    if not isinstance(found, list) or len(messages) < len(found) or not all(map(is_turn, messages)):
        raise Unrunnable(
            _("Placeholder “%(name)s”: write a JSON list of messages with “role” and “content”.")
            % {"name": name[:100]}
        )
    return [dict(one) for one in messages]


def is_turn(message: Mapping[str, Any]) -> bool:
    return isinstance(message.get("role"), str) and isinstance(message.get("content"), str)


def request_of(column: Column, body: Body, values: Values) -> Request:
    """`body` is the column's with what it includes in place."""
    said = compiled(body, values.texts, values.messages)
    if isinstance(said, str):
        messages = [Message("user", said)]
    else:
        messages = list(map(message_of, with_calls(column, body, said)))
    return Request(
        model=column.model,
        messages=messages,
        temperature=column.temperature,
        top_p=column.top_p,
        max_tokens=column.max_tokens,
        tools=column.tools,
        schema=column.schema,
        extra=column.extra,
    )


def with_calls(column: Column, body: Body, said: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """The messages, with the calls of tools that stood beside them; only where no placeholder has
    moved them.
    """
    if not column.calls_tools or len(said) != len(column.turns):
        return list(said)
    return [
        {**message, **{name: turn[name] for name in ("tool_calls", "tool_call_id") if name in turn}}
        for message, turn in zip(said, column.turns, strict=True)
    ]


def message_of(told: Mapping[str, Any]) -> Message:
    calls = tuple(
        ToolCall(
            text(one.get("id")),
            text(mapping(one.get("function")).get("name")),
            text(mapping(one.get("function")).get("arguments")) or "{}",
        )
        for one in mappings(told.get("tool_calls"))
    )
    answered = text(told.get("tool_call_id"))
    return Message(text(told.get("role")), text(told.get("content")), calls, answered)

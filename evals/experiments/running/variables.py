"""A dataset's item put into a prompt. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from llm.chat import Request
from llm.loose import mapping
from prompts.body import Body, placeholders_in, variables_in
from prompts.playground.column import Column, Values, column_in, is_turn, request_of
from prompts.playground.config import settings_of

WHOLE = "input"  # the variable that takes an input which is no object


class Unfillable(ValueError):
    """The message says which variable has no value."""


def request_for(
    body: Body, model: str, config: Any, given: Mapping[str, Any], item: Any
) -> Request:
    """What is asked of the model for an item's input. `config` is the prompt version's, `given`
    what was chosen instead. Raises Unfillable, and prompts.playground.column.Unrunnable.
    """
    return request_of(column_of(body, model, config, given), body, values_of(body, item))


def column_of(body: Body, model: str, config: Any, given: Mapping[str, Any]) -> Column:
    said = {**settings_of(config), **{key: str(value) for key, value in given.items()}}
    kind = {"text": body} if isinstance(body, str) else {"messages": body}
    return column_in(
        {**said, **kind, "type": "text" if isinstance(body, str) else "chat", "model": model}
    )


def values_of(body: Body, item: Any) -> Values:
    """From the input's fields by their names; an input that is no object is `input` itself, or the
    only variable there is.
    """
    names, places = variables_in(body), placeholders_in(body)
    fields = item if isinstance(item, Mapping) else {WHOLE: item}
    if not isinstance(item, Mapping) and len(names) == 1:
        fields = {names[0]: item}
    missing = [name for name in names if name not in fields]
    if missing:
        raise Unfillable(", ".join(missing))
    return Values(
        {name: text_of(fields[name]) for name in names},
        {name: messages_of(fields.get(name)) for name in places},
    )


def text_of(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def messages_of(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else []
    return [dict(one) for one in found if is_turn(mapping(one))]

"""A variable's value, read back out of a real call. Pure.

A template's fixed texts are looked for in what was sent, one after the other: what stands between
them are the values. Where that does not fit, fields of the same name in the call's data will do.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llm.loose import mapping, text
from prompts.body import Body, variables_in
from prompts.substitution import VARIABLE


def matched(template: str, sent: str) -> dict[str, str] | None:
    """The values with which the template gives what was sent; None where none do."""
    pieces = VARIABLE.split(template)  # fixed, name, fixed, name, …, fixed
    fixed, names = pieces[::2], pieces[1::2]
    if not names:
        return {} if template == sent else None
    if not sent.startswith(fixed[0]) or not sent.endswith(fixed[-1]):
        return None
    at, end = len(fixed[0]), len(sent) - len(fixed[-1])
    values: dict[str, str] = {}
    for place, (name, after) in enumerate(zip(names, fixed[1:], strict=True), 1):
        # Nothing stands between two variables: nobody knows where the first one ends.
        between = sent.find(after, at, end) if after else -1
        found = end if place == len(names) else between
        if found < at or values.get(name, sent[at:found]) != sent[at:found]:
            return None
        values[name] = sent[at:found]
        at = found + len(after)
    return values


def values_of(
    body: Body, sent: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    """What fills the template's variables and its placeholder, as far as it fits the messages."""
    if isinstance(body, str):
        for message in reversed(sent):
            if found := matched(body, text(message.get("content"))):
                return found, {}
        return {}, {}
    names = [one["name"] for one in body if one["type"] == "placeholder"]
    if len(names) > 1:
        return {}, {}
    place = next((i for i, one in enumerate(body) if one["type"] == "placeholder"), len(body))
    after = body[place + 1 :]
    values = _paired(body[:place], sent)
    if not names:
        return values, {}
    end = len(sent) - len(after)
    values |= _paired(after, sent[end:] if end >= place else ())
    inside = [dict(one) for one in sent[place:end]] if end >= place else []
    return values, {names[0]: inside}


def _paired(
    templates: Sequence[Mapping[str, str]], sent: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    values: dict[str, str] = {}
    for template, message in zip(templates, sent, strict=False):
        values |= matched(template["content"], text(message.get("content"))) or {}
    return values


def named_in(names: Iterable[str], *texts: str) -> dict[str, str]:
    """What JSON objects call by the variables' names."""
    found: dict[str, str] = {}
    for one in texts:
        try:
            data = mapping(json.loads(one))
        except (ValueError, RecursionError):
            continue
        for name in names:
            if name in data and name not in found:
                value = data[name]
                is_text = isinstance(value, str)
                found[name] = value if is_text else json.dumps(value, ensure_ascii=False)
    return found


def wanted(bodies: Iterable[Body]) -> list[str]:
    return list(dict.fromkeys(name for body in bodies for name in variables_in(body)))

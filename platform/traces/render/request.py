"""A model call as one can make it again: the body of an OpenAI-compatible request, as curl and as
Python. Keys are named by their environment variables, never written.
"""

import json
import shlex
from dataclasses import dataclass
from pprint import pformat
from typing import Any

from traces.render.json_lines import parsed
from traces.render.messages import Message, messages_of
from traces.render.parts import Part

# Settings that a request may have, under the names that instrumentations keep them by.
PARAMETERS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "topP": "top_p",
    "max_tokens": "max_tokens",
    "maxTokens": "max_tokens",
    "max_completion_tokens": "max_completion_tokens",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "seed": "seed",
    "stop": "stop",
    "stop_sequences": "stop",
    "n": "n",
    "logprobs": "logprobs",
    "top_logprobs": "top_logprobs",
    "reasoning_effort": "reasoning_effort",
    "response_format": "response_format",
    "tool_choice": "tool_choice",
    "parallel_tool_calls": "parallel_tool_calls",
}
ROLES = {"developer": "developer", "system": "system", "assistant": "assistant", "tool": "tool"}


@dataclass(frozen=True, slots=True)
class Request:
    curl: str
    python: str
    has_media: bool  # files that it referred to and that are left out


def request_of(row: dict) -> Request | None:
    """The call of a GENERATION's row; None where its input is no conversation, was cut,
    or where something in it is nested hundreds deep.
    """
    messages = _messages(row)
    if not messages:
        return None
    body = _body(row, messages)
    media = any(part.kind == "media" for message in messages for part in message.parts)
    try:
        return Request(_curl(body), _python(body), media)
    except RecursionError:  # nested too deep for the printers, and for anybody to read
        return None


def body_of(row: dict) -> dict[str, Any] | None:
    """The same call as the body of a request, for who makes it again with a model of their own."""
    messages = _messages(row)
    return _body(row, messages) if messages else None


def _messages(row: dict) -> list[Message]:
    if row["type"] != "GENERATION" or row["input_length"] > len(row["input"]):
        return []
    return messages_of(row["input"], plain_role="user") or []


def _body(row: dict, messages: list[Message]) -> dict[str, Any]:
    body: dict[str, Any] = {"model": row["model"] or "MODEL"}
    body["messages"] = [told for message in messages for told in _told(message)]
    body |= _settings(row["model_parameters"])
    if tools := _tools(row["tool_definitions"]):
        body["tools"] = tools
    return body


def _curl(body: dict) -> str:
    data = shlex.quote(json.dumps(body, ensure_ascii=False, indent=2))
    return (
        'curl "${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions" \\\n'
        '  -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d {data}"
    )


def _python(body: dict) -> str:
    """The names of the body are our own, so they can stand as Python's."""
    lines = [
        f"    {name}={pformat(value, indent=1, width=96, sort_dicts=False)},"
        for name, value in body.items()
    ]
    return "\n".join(
        (
            "from openai import OpenAI",
            "",
            "client = OpenAI()  # its key is in OPENAI_API_KEY, another address in OPENAI_BASE_URL",
            "answer = client.chat.completions.create(",
            *lines,
            ")",
            "print(answer.choices[0].message)",
        )
    )


def _settings(said: dict[str, str]) -> dict[str, Any]:
    settings = {}
    for name, text in said.items():
        if known := PARAMETERS.get(name):
            settings[known] = _setting(text)
    return settings


def _setting(text: str) -> Any:
    """A number, a truth value or a structure, which is kept as its JSON; else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _tools(text: str) -> list[dict]:
    found = parsed(text)
    return [
        {"type": "function", "function": tool}
        for tool in (found if isinstance(found, list) else [])
        if isinstance(tool, dict)
    ]


def _told(message: Message) -> list[dict]:
    """A message as chat completions take it; each result of a tool is a message of its own."""
    results = [part for part in message.parts if part.kind == "tool_result"]
    calls = [part for part in message.parts if part.kind == "tool_call"]
    text = "\n".join(filter(None, (_text(part) for part in message.parts)))
    told = [{"role": "tool", "tool_call_id": part.id, "content": _plain(part)} for part in results]
    if text or calls or not results:
        said: dict[str, Any] = {"role": ROLES.get(message.role, "user"), "content": text}
        if calls:
            said |= {"role": "assistant", "tool_calls": [_call(part) for part in calls]}
        told.append(said)
    return told


def _call(part: Part) -> dict:
    return {
        "id": part.id,
        "type": "function",
        "function": {"name": part.name, "arguments": _plain(part) or "{}"},
    }


def _text(part: Part) -> str:
    if part.kind in ("text", "refusal"):
        return part.text
    return _plain(part) if part.kind == "data" else ""


def _plain(part: Part) -> str:
    if isinstance(part.data, str):
        return part.data
    return part.text if part.data is None else json.dumps(part.data, ensure_ascii=False)

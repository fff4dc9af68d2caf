"""The tools that a model could call and those that it called, whatever the provider's way of saying
it.
"""

from ingest.mapping import limits, text
from ingest.mapping.groups import FUNCTION_PARTS, KNOWN, TOOL_PARTS, Heaps
from ingest.mapping.messages import assembled
from traces.records import Span

DEFINITIONS = (
    "gen_ai.tool.definitions",
    "ai.prompt.tools",
    "gen_ai.request.tools",
    "mlflow.chat.tools",
    "model_request_parameters",
)
KEYS = set(DEFINITIONS)
HEAPS = (TOOL_PARTS, FUNCTION_PARTS)

MOST = 1_000  # definitions or calls of one span
PARSED_CHARACTERS = 2 * 1024 * 1024
# Words without which a text holds no definitions, or no calls, and is not worth parsing.
DEFINITION_WORDS = ('"tools"', '"functions"', '"functionDeclarations"', '"function_declarations"')
CALL_WORDS = (
    "tool_call", "toolCall", "tool-call", "function_call", "functionCall",
    "tool_use", "toolUse", "toolRequest",
)  # fmt: skip
DEFINITION_LISTS = ("tools", "function_tools", "functionDeclarations", "function_declarations")
LISTS = ("tool_calls", "toolCalls", "function_calls")
HOLDERS = (
    "message", "messages", "parts", "content", "choices", "output", "candidates",
    "generations", "delta",
)  # fmt: skip
WRAPPERS = ("tool_call", "toolRequest", "functionCall", "function_call", "toolUse")
CALL_TYPES = {"tool_call", "tool_use", "tool-call", "function_call", "server_tool_call"}
DEPTH = 8


def apply(span: Span, heaps: Heaps, marks: set[str]) -> None:
    """Definitions that came as attributes of their own."""
    known = heaps[KNOWN]
    found: list[dict] = []
    for key in DEFINITIONS:
        if key in known and (defined := definitions_in(text.parsed(_members(known[key])))):
            found = found or defined
            del known[key]
    for heap in HEAPS:
        if heaps[heap]:
            found = found or definitions_in(_spelt_out(heaps[heap]))
    _define(span, found, marks)


def _members(value: object) -> object:
    """A list of JSON texts, which is how a flat list of objects is sent, or the value itself."""
    if isinstance(value, list):
        return [text.parsed(item) for item in value]
    return value


def _spelt_out(parts: dict[str, object]) -> object:
    """llm.tools.0.tool.json_schema = "{…}" (OpenInference); llm.request.functions.0.name = …
    (OpenLLMetry)
    """
    tools = assembled(parts)
    if not isinstance(tools, list):
        return tools
    return [
        text.parsed(tool["tool"].get("json_schema"))
        if isinstance(tool, dict) and isinstance(tool.get("tool"), dict)
        else tool
        for tool in tools
    ]


def from_content(span: Span) -> None:
    """Definitions in the input, calls in the output. Input and output stay as they are."""
    if (
        span.input[:1] == "{"
        and not span.tool_definitions
        and _may_hold(span.input, DEFINITION_WORDS)
    ):
        _define(span, _definitions_of_request(text.parsed(span.input)), set())
    if not span.tool_calls and _may_hold(span.output, CALL_WORDS):
        calls: list[dict] = []
        _collect(text.parsed(span.output), calls, 0)
        if calls:
            span.tool_calls = text.json_text(calls)
            span.tool_call_names = [call["name"] for call in calls]


def from_events(span: Span, said: list[tuple[str, dict]]) -> None:
    """Definitions that came with the details of a call."""
    for _, attributes in said:
        if not span.tool_definitions and (defined := attributes.get(DEFINITIONS[0])):
            _define(span, definitions_in(text.parsed(_members(defined))), set())


def _may_hold(said: str, words: tuple[str, ...]) -> bool:
    return (
        said[:1] in ("{", "[", '"')
        and len(said) <= PARSED_CHARACTERS
        and ("tool" in said or "unction" in said)  # of all words, and quicker asked
        and any(word in said for word in words)
    )


def _define(span: Span, found: list[dict], marks: set[str]) -> None:
    if found and not span.tool_definitions:
        span.tool_definitions = text.stored(found, marks, limits.VALUE_CHARACTERS)


def _definitions_of_request(request: object) -> list[dict]:
    if not isinstance(request, dict):
        return []
    config = request.get("config")
    for holder in (request, config if isinstance(config, dict) else {}):
        for key in ("tools", "functions"):
            if found := definitions_in(holder.get(key)):
                return found
    return []


def definitions_in(value: object, depth: int = 0) -> list[dict]:
    """Whatever declares tools → [{"name", "description", "parameters"}]"""
    if depth > DEPTH:
        return []
    if isinstance(value, dict):
        for key in DEFINITION_LISTS:
            if isinstance(value.get(key), list):
                return definitions_in(value[key], depth + 1)
        value = [
            {"name": name, **inner} for name, inner in value.items() if isinstance(inner, dict)
        ]
    found: list[dict] = []
    for item in value[:MOST] if isinstance(value, list) else []:
        item = text.parsed(item)
        if not isinstance(item, dict):
            continue
        if any(key in item for key in ("functionDeclarations", "function_declarations")):
            found += definitions_in(item, depth + 1)
        elif definition := _definition(item):
            found.append(definition)
    return found[:MOST]


def _definition(item: dict) -> dict | None:
    inner = _inner(_inner(item, "function"), "toolSpec")
    name = inner.get("name")
    if not isinstance(name, str) or not name:
        return None
    parameters = next(
        (
            found
            for key in ("parameters", "input_schema", "inputSchema", "parameters_json_schema")
            if (found := inner.get(key))
        ),
        None,
    )
    return {
        "name": name,
        "description": inner.get("description") or "",
        "parameters": text.parsed(parameters) or parameters or {},
    }


def _inner(holder: dict, key: str) -> dict:
    """The object under the key, or the holder itself where there is none."""
    found = holder.get(key)
    return found if isinstance(found, dict) else holder


def _collect(value: object, calls: list[dict], depth: int) -> None:
    """Every call in a message, a list of messages or a provider's whole answer."""
    if depth > DEPTH or len(calls) >= MOST:
        return
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = text.parsed(value)
    if isinstance(value, list):
        for item in value:
            _collect(item, calls, depth + 1)
    elif isinstance(value, dict):
        if call := _call(value):
            calls.append(call)
        else:
            calls += _listed_calls(value)
            for key in HOLDERS:
                if key in value:
                    _collect(value[key], calls, depth + 1)


def _listed_calls(message: dict) -> list[dict]:
    calls = []
    for key in LISTS:
        said = text.parsed(message.get(key))
        for item in said if isinstance(said, list) else []:
            if isinstance(item, dict) and (call := _call(item, is_listed=True)):
                calls.append(call)
    return calls


def _call(item: dict, is_listed: bool = False) -> dict | None:
    """One call as {"id", "name", "arguments", "index"…}; None for what is no call."""
    for key in WRAPPERS:
        if isinstance(wrapped := item.get(key), dict):
            item, is_listed = wrapped, True
    if not is_listed and item.get("type") not in CALL_TYPES:
        return None
    inner = _inner(item, "function")
    name = inner.get("name") or inner.get("toolName")
    if not isinstance(name, str):
        return None
    arguments = next(
        (
            inner[key]
            for key in ("arguments", "args", "input", "parameters")
            if inner.get(key) is not None
        ),
        None,
    )
    return {
        "id": next(
            (
                item[key]
                for key in ("id", "call_id", "toolCallId", "toolUseId", "tool_call_id", "ref")
                if isinstance(item.get(key), str)
            ),
            "",
        ),
        "name": name,
        "arguments": arguments
        if isinstance(arguments, str)
        else text.json_text(arguments if arguments is not None else {}),
    }

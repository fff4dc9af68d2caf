"""Where conventions keep input and output: the table of them all, in the order they are asked."""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.mapping import events, text
from ingest.mapping.events import Content
from ingest.mapping.groups import (
    COMPLETION_PARTS,
    CONTENT,
    INPUT_MESSAGES,
    OUTPUT_MESSAGES,
    PROMPT_PARTS,
    Heaps,
)
from ingest.mapping.messages import assembled, with_instructions


@dataclass(frozen=True, slots=True)
class Source:
    """The attributes that hold input and output under one convention, best first.

    `read` is for conventions that need more than picking; `scope` limits a source to one
    instrumentation.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    scope: str = ""
    read: Callable[[Heaps], Content] | None = None
    heaps: tuple[int, ...] = ()
    is_last: bool = False  # nothing after it is asked, even if it has nothing


def pick(content: dict, keys: tuple[str, ...]) -> object:
    for key in keys:
        if value := content.get(key):
            return value
    return None


def _genkit(heaps: Heaps) -> Content:
    asked, answered = (
        text.parsed(value) or value
        for value in (heaps[CONTENT].get("genkit:input"), heaps[CONTENT].get("genkit:output"))
    )
    if isinstance(asked, dict):
        asked = asked.get("messages") or asked
    if isinstance(answered, dict):
        answered = answered.get("message") or answered
    return asked, answered


VERCEL_INPUT = ("ai.prompt.messages", "ai.prompt", "ai.toolCall.args", "ai.values", "ai.value")
VERCEL_OUTPUT = (
    "ai.response.text",
    "ai.result.text",
    "ai.toolCall.result",
    "ai.response.object",
    "ai.result.object",
    "ai.response.toolCalls",
    "ai.result.toolCalls",
)


def _vercel(heaps: Heaps) -> Content:
    content = heaps[CONTENT]
    answered = pick(content, VERCEL_OUTPUT)
    if "ai.response.text" in content and "ai.response.toolCalls" in content:
        calls = content["ai.response.toolCalls"]
        answered = {
            "role": "assistant",
            "content": content["ai.response.text"],
            "tool_calls": text.parsed(calls) or calls,
        }
    asked, told = events.gen_ai(content)
    return pick(content, VERCEL_INPUT) or asked, answered or told


def _adk(heaps: Heaps) -> Content:
    """Google's ADK sends an empty object where a tool's content takes its place."""
    content = heaps[CONTENT]

    def either(*keys: str) -> object:
        return next((found for key in keys if (found := content.get(key)) and found != "{}"), None)

    return (
        either("gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args"),
        either("gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response"),
    )


LIVEKIT_INPUT = (
    "lk.input_text",
    "lk.pii.input_text",
    "lk.user_transcript",
    "lk.pii.user_transcript",
    "lk.chat_ctx",
    "lk.pii.chat_ctx",
)
LIVEKIT_TURN = ("lk.user_input", "lk.pii.user_input")
LIVEKIT_OUTPUT = (
    "lk.function_tool.output",
    "lk.pii.function_tool.output",
    "lk.response.text",
    "lk.pii.response.text",
)


def _livekit(heaps: Heaps) -> Content:
    content = heaps[CONTENT]
    asked = pick(content, LIVEKIT_INPUT)
    turn = pick(content, LIVEKIT_TURN)
    if not asked and (instructions := content.get("lk.pii.instructions")):
        asked = [{"role": "system", "content": instructions}]
        if turn:  # the agent may speak first
            asked.append({"role": "user", "content": turn})
    calls = content.get("lk.pii.response.function_calls")
    return (
        asked or turn or content.get("lk.pii.function_tool.arguments"),
        pick(content, LIVEKIT_OUTPUT) or (calls if calls != "[]" else None),
    )


def _logfire(heaps: Heaps) -> Content:
    """One list of events, each with its name in `event.name`."""
    found = text.parsed(heaps[CONTENT].get("events"))
    said = [event for event in found if isinstance(event, dict)] if isinstance(found, list) else []
    asked = [event for event in said if event.get("event.name") != events.CHOICE]
    answered = [event for event in said if event.get("event.name") == events.CHOICE]
    return asked or None, answered[0] if answered else None


def _pydantic(heaps: Heaps) -> Content:
    content = heaps[CONTENT]
    asked = content.get("pydantic_ai.all_messages")
    if asked:
        asked = with_instructions(asked, content.get("gen_ai.system_instructions"))
    return asked, content.get("final_result")


def _indexed(whole_in: str, parts_in: int, whole_out: str, parts_out: int) -> Callable:
    def read(heaps: Heaps) -> Content:
        return (
            heaps[CONTENT].get(whole_in) or assembled(heaps[parts_in]),
            heaps[CONTENT].get(whole_out) or assembled(heaps[parts_out]),
        )

    return read


PROMPTS = _indexed("gen_ai.prompt", PROMPT_PARTS, "gen_ai.completion", COMPLETION_PARTS)
MESSAGES = _indexed("llm.input_messages", INPUT_MESSAGES, "llm.output_messages", OUTPUT_MESSAGES)
GEN_AI_KEYS = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.system_instructions",
)
EVENTS = Source()  # the span's own events stand here in the order

SOURCES = (
    Source(("langfuse.observation.input",), ("langfuse.observation.output",)),
    Source(("genkit:input",), ("genkit:output",), "genkit-tracer", _genkit, is_last=True),
    Source(VERCEL_INPUT, VERCEL_OUTPUT, "ai", _vercel, is_last=True),
    Source(
        ("flue.turn.input", "flue.tool.arguments", "flue.task.prompt", "flue.workflow.payload"),
        (
            "flue.turn.output",
            "flue.tool.result",
            "flue.task.result",
            "flue.operation.result",
            "flue.workflow.result",
        ),
        "@flue/opentelemetry",
    ),
    EVENTS,
    Source(
        ("gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args"),
        ("gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response"),
        read=_adk,
    ),
    Source(("prompt",), ("all_messages_events",)),
    Source(
        (*LIVEKIT_INPUT, *LIVEKIT_TURN, "lk.pii.instructions", "lk.pii.function_tool.arguments"),
        (*LIVEKIT_OUTPUT, "lk.pii.response.function_calls"),
        read=_livekit,
    ),
    Source(("events",), read=_logfire),
    Source(("mlflow.spanInputs",), ("mlflow.spanOutputs",)),
    Source(("traceloop.entity.input",), ("traceloop.entity.output",)),
    Source(("input.value",), ("output.value",)),
    Source(("input",), ("output",)),
    Source(("pydantic_ai.all_messages",), ("final_result",), "pydantic-ai", _pydantic),
    Source(("tool_arguments",), ("tool_response",)),
    Source(
        ("gen_ai.prompt",),
        ("gen_ai.completion",),
        read=PROMPTS,
        heaps=(PROMPT_PARTS, COMPLETION_PARTS),
    ),
    Source(
        ("llm.input_messages",),
        ("llm.output_messages",),
        read=MESSAGES,
        heaps=(INPUT_MESSAGES, OUTPUT_MESSAGES),
    ),
    Source(GEN_AI_KEYS, read=lambda heaps: events.gen_ai(heaps[CONTENT])),
    Source(
        ("braintrust.input_json", "braintrust.input"),
        ("braintrust.output_json", "braintrust.output"),
    ),
    Source(("langwatch.input",), ("langwatch.output",)),
    Source(("retrieval.query", "gen_ai.retrieval.query.text"), ("gen_ai.retrieval.documents",)),
)
OUTPUT_KEYS = {key for source in SOURCES for key in source.outputs} | {
    "gen_ai.output.messages",
    "gen_ai.tool.call.result",
}
KEYS = {key for source in SOURCES for key in (*source.inputs, *source.outputs)}
HEAPS = (PROMPT_PARTS, COMPLETION_PARTS, INPUT_MESSAGES, OUTPUT_MESSAGES)
AT_EVENTS = SOURCES.index(EVENTS)
# Which sources a key speaks of, and a heap.
PLACES = {
    key: tuple(
        place
        for place, source in enumerate(SOURCES)
        if key in (*source.inputs, *source.outputs)
        or (source.read is _vercel and key in GEN_AI_KEYS)
    )
    for key in KEYS
}
HEAP_PLACES = {heap: place for place, source in enumerate(SOURCES) for heap in source.heaps}

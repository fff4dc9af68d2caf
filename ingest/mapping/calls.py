"""The usage of a model call as each instrumentation tells it, and which spans only sum up the calls
below them.
"""

from ingest.mapping import limits, text
from ingest.mapping.groups import CONTENT, KNOWN, USAGE, Heaps
from ingest.mapping.origin import Origin
from ingest.mapping.usage import (
    INPUT_PARTS,
    OUTPUT_PARTS,
    counted,
    counts,
    generic,
    sent,
    tokens,
)
from traces.records import Span

PROVIDER_METADATA = "ai.response.providerMetadata"
# Claude Code counts as Anthropic does: input without what the cache read or wrote.
CLAUDE_CODE_SCOPE = "com.anthropic.claude_code.tracing"
CLAUDE_CODE = (
    ("input_tokens", "input"),
    ("output_tokens", "output"),
    ("cache_read_tokens", "input_cached_tokens"),
    ("cache_creation_tokens", "input_cache_creation"),
)
# The figures that the AI SDK hands on from the provider: where, and under which of the names above.
PROVIDER_FIGURES = (
    (("openai", "cachedPromptTokens"), "cache_read_tokens"),
    (("openai", "acceptedPredictionTokens"), "accepted_prediction_tokens"),
    (("openai", "rejectedPredictionTokens"), "rejected_prediction_tokens"),
    (("openai", "reasoningTokens"), "reasoning_tokens"),
    (("anthropic", "usage", "cache_read_input_tokens"), "cache_read_tokens"),
    (("anthropic", "usage", "cache_creation_input_tokens"), "cache_write_tokens"),
    (("bedrock", "usage", "cacheReadInputTokens"), "cache_read_tokens"),
    (("bedrock", "usage", "cacheWriteInputTokens"), "cache_write_tokens"),
    (("bedrock", "usage", "cacheCreationInputTokens"), "cache_write_tokens"),
)
LIFETIMES = (
    (
        ("anthropic", "usage", "cache_creation", "ephemeral_5m_input_tokens"),
        "input_cache_creation_5m",
    ),
    (
        ("anthropic", "usage", "cache_creation", "ephemeral_1h_input_tokens"),
        "input_cache_creation_1h",
    ),
)
CACHE_WRITES = dict(INPUT_PARTS)["input_cache_creation"]
SAME = {  # each of those names, and all that count the same tokens
    name: next((names for _, names in (*INPUT_PARTS, *OUTPUT_PARTS) if name in names), (name,))
    for _, name in PROVIDER_FIGURES
}


# A span of these operations repeats what its children, the calls themselves, count.
ROLL_UPS = frozenset({"invoke_agent", "agent_step", "invoke_workflow", "plan"})
VERCEL_ROLL_UPS = frozenset(
    {
        "ai.generateText",
        "ai.streamText",
        "ai.generateObject",
        "ai.streamObject",
        "ai.embed",
        "ai.embedMany",
    }
)
CALL_SIGNS = frozenset({"gen_ai.request.model", "gen_ai.response.model"})
PYDANTIC_RUN = ("final_result", "pydantic_ai.all_messages", "all_messages_events")

KEYS = {
    PROVIDER_METADATA, "genkit:output", "gcp.vertex.agent.llm_response",
    *(key for key, _ in CLAUDE_CODE),
}  # fmt: skip
HEAPS = (USAGE,)


def repeats_its_children(heaps: Heaps, origin: Origin) -> bool:
    """Whether a span sums up the calls below it, so that its own figures may not be added to
    theirs.
    """
    known = heaps[KNOWN]
    if known.get("gen_ai.operation.name") in ROLL_UPS:
        return True
    if origin.scope_name == "ai" and CALL_SIGNS.isdisjoint(known):
        operation = known.get("ai.operationId") or known.get("operation.name") or ""
        return isinstance(operation, str) and operation.split(" ")[0] in VERCEL_ROLL_UPS
    return origin.scope_name == "pydantic-ai" and any(key in heaps[CONTENT] for key in PYDANTIC_RUN)


def apply(span: Span, heaps: Heaps, origin: Origin, marks: set[str]) -> None:
    known = heaps[KNOWN]
    span.usage = sent(known) or _of_scope(heaps, origin) or generic(_counted(heaps))
    heaps[USAGE].clear()
    if len(span.usage) > limits.USAGE_KEYS:
        marks.add("usage_cut")
        span.usage = dict(list(span.usage.items())[: limits.USAGE_KEYS])
    if span.type == "EMBEDDING" and "total" in span.usage:
        span.usage.setdefault("input", span.usage["total"])


def _counted(heaps: Heaps) -> dict[str, int]:
    said = counted(heaps)
    if details := heaps[KNOWN].get(PROVIDER_METADATA):
        _split_cache(said, text.parsed(details))
    return said


def _of_scope(heaps: Heaps, origin: Origin) -> dict[str, int]:
    known = heaps[KNOWN]
    if origin.scope_name == CLAUDE_CODE_SCOPE:
        return counts({name: known.pop(key, None) for key, name in CLAUDE_CODE})
    if origin.scope_name == "genkit-tracer":
        return _of_genkit(heaps[CONTENT])
    if origin.scope_name == "gcp.vertex.agent":
        return _of_adk(heaps)
    return {}


def _of_genkit(content: dict) -> dict[str, int]:
    answered = text.parsed(content.get("genkit:output"))
    found = answered.get("usage") if isinstance(answered, dict) else None
    if not isinstance(found, dict):
        return {}
    said = counts(found)
    usage = {}
    if said.get("inputTokens"):
        usage["input"] = said["inputTokens"]
    thoughts = said.get("thoughtsTokens", 0)
    if said.get("outputTokens"):
        usage["output"] = max(said["outputTokens"] - thoughts, 0)
    if said.get("totalTokens"):
        usage["total"] = said["totalTokens"]
    if thoughts:
        usage["output_reasoning_tokens"] = thoughts
    return usage


def _of_adk(heaps: Heaps) -> dict[str, int]:
    """Google's ADK says how much the cache gave only in the response itself."""
    said = _counted(heaps)
    answered = text.parsed(heaps[CONTENT].get("gcp.vertex.agent.llm_response"))
    found = answered.get("usage_metadata") if isinstance(answered, dict) else None
    if isinstance(found, dict) and (cached := tokens(found.get("cached_content_token_count"))):
        said.setdefault("cache_read_tokens", cached)
    return generic(said)


def _split_cache(said: dict[str, int], details: object) -> None:
    """Add what the provider's own metadata says, writes to the cache by how long they live."""
    if not isinstance(details, dict):
        return
    for path, name in PROVIDER_FIGURES:
        count = tokens(_at(details, path))
        if count and not any(key in said for key in SAME[name]):
            said[name] = count
    writes = {name: tokens(_at(details, path)) or 0 for path, name in LIFETIMES}
    written = next((said[key] for key in CACHE_WRITES if key in said), 0)
    if 0 < sum(writes.values()) <= written:
        said |= writes


def _at(value: object, path: tuple[str, ...]) -> object:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value

"""How many tokens a call took, under Langfuse's names: `input` and `output` hold what no other key counts. And its cost, where sent."""

import math
from decimal import Decimal, InvalidOperation

from ingest.mapping import text
from ingest.mapping.groups import CONTENT, KNOWN, OTHER, USAGE, Heaps
from ingest.mapping.origin import Origin
from traces.records import Span

USAGE_DETAILS = "langfuse.observation.usage_details"
COST_DETAILS = "langfuse.observation.cost_details"
COST = ("gen_ai.usage.cost", "llm.cost.total", "mlflow.llm.cost", "langwatch.cost")
PROVIDER_METADATA = "ai.response.providerMetadata"

# gen_ai.usage.* and llm.token_count.*, without the prefix: what is counted, by its names in order.
INPUT = ("prompt_tokens", "input_tokens", "prompt")
OUTPUT = ("completion_tokens", "output_tokens", "completion")
TOTAL = ("total_tokens", "total")
INPUT_PARTS = (  # counted in the input, and taken out of it
    (
        "input_cached_tokens",
        (
            "cache_read.input_tokens",
            "cache_read_input_tokens",
            "cache_read_tokens",
            "details.cache_read_tokens",
            "details.cache_read_input_tokens",
            "prompt_details.cache_read",
            "input_cached_tokens",
        ),
    ),
    (
        "input_cache_creation",
        (
            "cache_creation.input_tokens",
            "cache_write.input_tokens",
            "cache_creation_input_tokens",
            "cache_write_tokens",
            "details.cache_write_tokens",
            "details.cache_creation_input_tokens",
            "prompt_details.cache_write",
            "input_cache_creation",
        ),
    ),
    ("input_audio_tokens", ("audio.input_tokens", "prompt_details.audio")),
    ("input_image_tokens", ("image.input_tokens",)),
)
OUTPUT_PARTS = (
    (
        "output_reasoning_tokens",
        (
            "reasoning.output_tokens",
            "completion_details.reasoning",
            "reasoning_tokens",
            "details.reasoning_tokens",
            "thoughts_tokens",
        ),
    ),
    ("output_audio_tokens", ("audio.output_tokens", "completion_details.audio")),
    ("output_image_tokens", ("image.output_tokens",)),
)
LIFETIME_NAMES = ("input_cache_creation_5m", "input_cache_creation_1h")
# Each of the names above → what it counts and how early it stands among the names of the same.
FIGURES = {
    name: (target, rank)
    for target, names in (
        ("input", INPUT),
        ("output", OUTPUT),
        ("total", TOTAL),
        *INPUT_PARTS,
        *OUTPUT_PARTS,
    )
    for rank, name in enumerate(names)
}
PARTS = (
    ("input", tuple(target for target, _ in INPUT_PARTS)),
    ("output", tuple(target for target, _ in OUTPUT_PARTS)),
)
# Finer views of figures that are counted already. They stay attributes.
BREAKDOWNS = (
    "gen_ai.usage.text.input_tokens",
    "gen_ai.usage.text.output_tokens",
    "gen_ai.usage.text.cache_read.input_tokens",
    "gen_ai.usage.audio.cache_read.input_tokens",
    "gen_ai.usage.image.cache_read.input_tokens",
)
# Attributes that say what one of the names above says, under a name of their own.
ALIASES = {
    "llm.usage.total_tokens": "total_tokens",
    "llm.usage.reasoning_tokens": "reasoning_tokens",
    "llm.usage.cache_creation_input_tokens": "cache_creation_input_tokens",
    "llm.usage.cache_read_input_tokens": "cache_read_input_tokens",
    "ai.usage.tokens": "total_tokens",
    "ai.usage.promptTokens": "input_tokens",
    "ai.usage.completionTokens": "output_tokens",
    "ai.usage.inputTokens": "input_tokens",
    "ai.usage.outputTokens": "output_tokens",
    "ai.usage.totalTokens": "total_tokens",
    "ai.usage.cachedInputTokens": "cache_read_tokens",
    "ai.usage.reasoningTokens": "reasoning_tokens",
}
# Claude Code counts as Anthropic does: input without what the cache read or wrote.
CLAUDE_CODE_SCOPE = "com.anthropic.claude_code.tracing"
CLAUDE_CODE = (
    ("input_tokens", "input"),
    ("output_tokens", "output"),
    ("cache_read_tokens", "input_cached_tokens"),
    ("cache_creation_tokens", "input_cache_creation"),
)
# JSON objects of figures. (`mlflow.trace.tokenUsage` sums up the whole trace and is not counted.)
WHOLE = ("mlflow.chat.tokenUsage", "langwatch.metrics", "braintrust.metrics")
WHOLE_ALIASES = {
    "promptTokens": "prompt_tokens",
    "completionTokens": "completion_tokens",
    "tokens": "total_tokens",
    "prompt_cached_tokens": "cache_read_tokens",
    "prompt_cache_creation_tokens": "cache_write_tokens",
    "completion_reasoning_tokens": "reasoning_tokens",
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
PYDANTIC_RUN = ("final_result", "pydantic_ai.all_messages", "all_messages_events")

KEYS = {
    USAGE_DETAILS, COST_DETAILS, *COST, *WHOLE, PROVIDER_METADATA,
    *(key for key, _ in CLAUDE_CODE),
}  # fmt: skip
HEAPS = (USAGE,)

MOST_TOKENS = 2**53
MOST_DOLLARS = Decimal(1_000_000)


def repeats_its_children(heaps: Heaps, origin: Origin) -> bool:
    """Whether a span sums up the calls below it, so that its own figures may not be added to theirs."""
    known = heaps[KNOWN]
    if known.get("gen_ai.operation.name") in ROLL_UPS:
        return True
    if origin.scope_name == "ai":
        operation = known.get("ai.operationId") or known.get("operation.name") or ""
        return isinstance(operation, str) and operation.split(" ")[0] in VERCEL_ROLL_UPS
    return origin.scope_name == "pydantic-ai" and any(key in heaps[CONTENT] for key in PYDANTIC_RUN)


def apply(span: Span, heaps: Heaps, origin: Origin, marks: set[str]) -> None:
    known = heaps[KNOWN]
    span.usage = _sent(known) or _of_scope(heaps, origin) or generic(_counted(heaps))
    heaps[USAGE].clear()
    if span.type == "EMBEDDING" and "total" in span.usage:
        span.usage.setdefault("input", span.usage["total"])
    _cost(span, known, marks)


def keep_as_attributes(heaps: Heaps) -> None:
    """Of a span that repeats its children: what it said stays to be read, and is added to nothing."""
    heaps[OTHER] |= {f"gen_ai.usage.{key}": value for key, value in heaps[USAGE].items()}
    heaps[USAGE].clear()


def tokens(value: object) -> int | None:
    """A count, or None for what is none."""
    if value.__class__ is int:
        return value if 0 <= value <= MOST_TOKENS else None
    if isinstance(value, str):
        value = text.parsed(value)
    if isinstance(value, dict):  # an AI SDK that wrote a protobuf value down as JSON
        return tokens(value.get("intValue")) if "intValue" in value else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or not 0 <= value <= MOST_TOKENS:
        return None
    return int(value)


def counts(values: dict[str, object]) -> dict[str, int]:
    return {key: count for key, value in values.items() if (count := tokens(value)) is not None}


def generic(said: dict[str, int]) -> dict[str, int]:
    """Figures under any convention's names → Langfuse's names, each token counted once."""
    usage: dict[str, int] = {}
    ranks: dict[str, int] = {}
    for name, count in said.items():
        target, rank = FIGURES.get(name) or (name.removeprefix("details."), 0)
        if target not in usage or rank < ranks[target]:
            usage[target], ranks[target] = count, rank
    for whole, parts in PARTS:
        if whole in usage and (counted := sum([usage.get(part, 0) for part in parts])):
            usage[whole] = max(usage[whole] - counted, 0)
    for name in LIFETIME_NAMES:  # of the tokens that went into the cache
        if name in usage:
            usage["input_cache_creation"] = max(
                usage.get("input_cache_creation", 0) - usage[name], 0
            )
    return usage


def _sent(known: dict) -> dict[str, int]:
    """What a Langfuse SDK says, under the names it was given."""
    value = known.get(USAGE_DETAILS)
    if not value:
        return {}
    found = text.parsed(value)
    if found is None:
        return {}
    del known[USAGE_DETAILS]
    return named(found) if isinstance(found, dict) else {}


def named(details: dict[str, object]) -> dict[str, int]:
    """Usage as an SDK's caller gave it: Langfuse's own names, or the usage object of OpenAI's completions or responses."""
    for whole_in, whole_out in (
        ("prompt_tokens", "completion_tokens"),
        ("input_tokens", "output_tokens"),
    ):
        if "total_tokens" in details and whole_in in details and whole_out in details:
            return _of_openai(details, whole_in, whole_out)
    return counts(details)


def _of_openai(details: dict[str, object], whole_in: str, whole_out: str) -> dict[str, int]:
    usage = {}
    for whole, name in ((whole_in, "input"), (whole_out, "output")):
        rest = tokens(details.get(whole)) or 0
        parts = details.get(f"{whole}_details")
        for key, count in counts(parts if isinstance(parts, dict) else {}).items():
            usage[f"{name}_{key}"] = count
            rest -= count
        usage[name] = max(rest, 0)
    if (total := tokens(details.get("total_tokens"))) is not None:
        usage["total"] = total
    return usage


def _counted(heaps: Heaps) -> dict[str, int]:
    """All figures that the span has under the names of `generic`."""
    known = heaps[KNOWN]
    said = counts(heaps[USAGE])
    for key in WHOLE:
        if key not in known:
            continue
        found = text.parsed(known.get(key))
        if isinstance(found, dict):
            del known[key]
            found = {WHOLE_ALIASES.get(name, name): value for name, value in found.items()}
            said = {**{k: n for k, n in counts(found).items() if "token" in k}, **said}
    if PROVIDER_METADATA in known:
        _split_cache(said, text.parsed(known[PROVIDER_METADATA]))
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


def _cost(span: Span, known: dict, marks: set[str]) -> None:
    found = text.parsed(known.get(COST_DETAILS))
    if isinstance(found, dict):
        del known[COST_DETAILS]
        span.cost = dollars(found, marks)
    else:
        for key in COST:
            if (value := known.get(key)) is not None and value != "":
                value = text.parsed(value) if isinstance(value, str) else value
                total = value.get("total_cost") if isinstance(value, dict) else value
                span.cost = dollars({"total": total}, marks)
                if span.cost:
                    del known[key]
                    break
    if span.cost:
        span.cost_source = "sent"
        whole = span.cost.get("total")
        span.total_cost = whole if whole is not None else sum(span.cost.values(), Decimal(0))


def dollars(values: dict[str, object], marks: set[str]) -> dict[str, Decimal]:
    """Amounts of money. What is none, or more than anyone ever paid for a call, is left out and marked."""
    kept = {}
    for key, value in values.items():
        if value is None or isinstance(value, bool | list | dict):
            continue
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount.is_finite() and 0 <= amount <= MOST_DOLLARS:
            kept[text.label(key, marks)] = amount
        else:
            marks.add("cost_refused")
    return kept

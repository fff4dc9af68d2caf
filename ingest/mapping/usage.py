"""How many tokens a call took, under Langfuse's names: `input` and `output` hold what no other key
counts."""

import math

from ingest.mapping import text
from ingest.mapping.groups import KNOWN, OTHER, USAGE, Heaps

USAGE_DETAILS = "langfuse.observation.usage_details"

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
# What callers of Langfuse's SDKs name the sides of a usage object.
SENT = (
    ("input", ("prompt_tokens", "input_tokens", "promptTokens")),
    ("output", ("completion_tokens", "output_tokens", "completionTokens")),
    ("total", ("total_tokens", "totalTokens")),
)
SENT_NAMES = {name for _, names in SENT for key in names for name in (key, f"{key}_details")}
KEYS = {USAGE_DETAILS, *WHOLE}
HEAPS = (USAGE,)

MOST_TOKENS = 2**53


def keep_as_attributes(heaps: Heaps) -> None:
    """Of a span that repeats its children: its figures stay to be read, and are added to none."""
    heaps[OTHER] |= {f"gen_ai.usage.{key}": value for key, value in heaps[USAGE].items()}
    heaps[USAGE].clear()


def tokens(value: object) -> int | None:
    """A count, or None for what is none."""
    if value.__class__ is int:
        return value if 0 <= value <= MOST_TOKENS else None
    if isinstance(value, str):
        value = text.parsed(value)
    if isinstance(value, dict):  # an AI SDK that wrote a protobuf value down as JSON
        value = value.get("intValue")
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


def sent(known: dict) -> dict[str, int]:
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
    """Usage as an SDK's caller gave it: under Langfuse's own names, or as a provider's usage
    object.

    A provider's total of a side contains the details of the side; ours do not.
    """
    usage = counts({key: value for key, value in details.items() if key not in SENT_NAMES})
    for side, wholes in SENT:
        whole = next(
            (count for key in wholes if (count := tokens(details.get(key))) is not None), None
        )
        if whole is None or side in usage:
            continue
        for key in wholes:
            parts = details.get(f"{key}_details")
            for part, counted_part in counts(parts if isinstance(parts, dict) else {}).items():
                usage[f"{side}_{part}"] = counted_part
                whole -= counted_part
        usage[side] = max(whole, 0)
    return usage


def counted(heaps: Heaps) -> dict[str, int]:
    """All figures that the span has under the names of `generic`."""
    known = heaps[KNOWN]
    said = counts(heaps[USAGE])
    for key in WHOLE:
        if key not in known:
            continue
        found = text.parsed(known.get(key))
        if isinstance(found, dict):
            del known[key]
            found = {WHOLE_ALIASES.get(str(key), str(key)): value for key, value in found.items()}
            said = {**{k: n for k, n in counts(found).items() if "token" in k}, **said}
    return said

"""What a usage key counts: the many names of the field for input, cached, written, reasoning and
output tokens.
"""

from collections.abc import Mapping
from functools import lru_cache

KNOWN = {
    "input": "input",
    "input_tokens": "input",
    "prompt_tokens": "input",
    "prompttokens": "input",
    "input_text_tokens": "input",
    "output": "output",
    "output_tokens": "output",
    "completion_tokens": "output",
    "completiontokens": "output",
    "output_text_tokens": "output",
    "output_accepted_prediction_tokens": "output",
    "output_rejected_prediction_tokens": "output",
    "total": "total",
    "total_tokens": "total",
    "totaltokens": "total",
    "reasoning_tokens": "output_reasoning_tokens",
    "output_reasoning": "output_reasoning_tokens",
    "thoughts_token_count": "output_reasoning_tokens",
    "input_cache_creation_5m": "input_cache_creation",
    "input_cache_creation_1h": "input_cache_creation_1h",
    "input_audio_tokens": "input_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "input_image_tokens": "input_image_tokens",
    "output_image_tokens": "output_image_tokens",
    "input_video_tokens": "input_video_tokens",
    "output_video_tokens": "output_video_tokens",
    "input_cached_audio_tokens": "input_cached_audio_tokens",
    "input_cached_image_tokens": "input_cached_image_tokens",
}
# Where a price names no rate of its own for a unit, the provider charges the unit to its right.
CHARGED_AS = {
    "input_cached_tokens": "input",
    "input_cache_creation": "input",
    "input_cache_creation_1h": "input_cache_creation",
    "output_reasoning_tokens": "output",
    "input_audio_tokens": "input",
    "input_image_tokens": "input",
    "input_video_tokens": "input",
    "input_cached_audio_tokens": "input_cached_tokens",
    "input_cached_image_tokens": "input_cached_tokens",
    "output_audio_tokens": "output",
    "output_image_tokens": "output",
    "output_video_tokens": "output",
}


@lru_cache(maxsize=4096)
def unit_of(key: str) -> str:
    """The unit that a usage key counts, or "" when its name tells none."""
    name = key.lower()
    if name in KNOWN:
        return KNOWN[name]
    if "cache" in name:
        if "creation" in name or "write" in name:
            return "input_cache_creation_1h" if "1h" in name else "input_cache_creation"
        return "input_cached_tokens"
    if "reasoning" in name or "thinking" in name:
        return "output_reasoning_tokens"
    if name.startswith(("input", "prompt")):
        return "input"
    if name.startswith(("output", "completion")):
        return "output"
    return ""


def token_totals(usage: Mapping[str, int]) -> tuple[int, int, int]:
    """(input, output, total) tokens: cached and written count as input, reasoning as output; a said
    total is believed.
    """
    sides = {"input": 0, "output": 0}
    said = other = 0
    for key, count in usage.items():
        unit = unit_of(key)
        if unit == "total":
            said = max(said, count)
        elif unit:
            sides["input" if unit.startswith("input") else "output"] += count
        else:
            other += count
    return sides["input"], sides["output"], said or sides["input"] + sides["output"] + other

"""How fast a model writes."""

SECOND = 1_000_000_000


def tokens_per_second(
    output_tokens: int, latency_ns: int | None, first_token_ns: int | None
) -> float | None:
    """Output tokens a second, from the first token on where that is known."""
    if not latency_ns or not output_tokens:
        return None
    writing = latency_ns - (first_token_ns or 0)
    return output_tokens / (writing / SECOND) if writing > 0 else None

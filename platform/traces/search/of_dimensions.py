"""What a dimension of the metrics is in the query bar, so that a list shows what a figure is of."""

from decimal import Decimal

from traces.search.terms import Term

TRACES, OBSERVATIONS = "traces", "observations"
METADATA = "metadata."
LOWEST = "-1e15"  # of all numbers that the query bar takes

# What a dimension of the metrics is called in the query bar of a list.
FIELDS = {
    "name": "span",
    "span": "span",
    "trace_name": "trace_name",
    "type": "type",
    "level": "level",
    "model": "model",
    "provider": "provider",
    "environment": "environment",
    "release": "release",
    "version": "version",
    "user": "user",
    "session": "session",
    "tag": "tag",
    "prompt": "prompt",
    "prompt_version": "prompt_version",
    "service": "service",
    "tool": "tool",
    "status": "error_type",
    "trace": "id",
}
# What a list can be asked of its absence.
HAS = {"user": "user", "session": "session", "prompt": "prompt"}


def term_of(
    dimension: str, value: str | int | float | Decimal | None, view: str = OBSERVATIONS
) -> Term | None:
    """What narrows a list to a value of a dimension; None where the bar has no words for it."""
    text = str(value)
    if not text and dimension in HAS:
        return Term("has", (HAS[dimension],), is_negated=True)
    if not text.strip() or "\0" in text:
        return None
    if dimension.startswith(METADATA):
        return Term("metadata", (text,), key=dimension.removeprefix(METADATA))
    if dimension == "name" and view != OBSERVATIONS:
        return Term("name", (text,)) if view == TRACES else having_score(text)
    if dimension == "trace_name" and view != OBSERVATIONS:
        return Term("name", (text,))
    field = FIELDS.get(dimension)
    return Term(field, (text,)) if field else None


def having_score(name: str) -> Term:
    """Of traces with a score of this name that has a number."""
    return Term("scores", (LOWEST,), key=name, comparison=">=")

"""What the application said of its span and trace in its own words."""

from ingest.mapping import limits, text
from ingest.mapping.groups import ASSOCIATIONS, KNOWN, METADATA, TRACE_METADATA, Heaps, first
from traces.records import Span

WHOLE = ("langfuse.observation.metadata", "langfuse.metadata")
TRACE_WHOLE = ("langfuse.trace.metadata",)
MORE_WHOLE = (
    "metadata",
    "langwatch.metadata",
    "braintrust.metadata",
)  # JSON objects; `metadata` is OpenInference's
PREFIX = "langfuse.metadata."

KEYS = {*WHOLE, *TRACE_WHOLE, *MORE_WHOLE}
HEAPS = (METADATA, TRACE_METADATA, ASSOCIATIONS)


def apply(span: Span, heaps: Heaps, marks: set[str], decodes: bool) -> None:
    """Fill metadata and trace_metadata. What was said of the trace holds for its observation too,
    and wins there.
    """
    known = heaps[KNOWN]
    span.metadata |= texts(entries(first(known, WHOLE)), marks, decodes)
    for key in MORE_WHOLE:
        if (value := known.get(key)) and (found := entries(value)):
            del known[key]
            span.metadata |= texts(found, marks)
    if found := heaps[ASSOCIATIONS]:
        span.metadata |= texts(found, marks)
    if found := heaps[METADATA]:
        span.metadata |= texts(found, marks, decodes)
    trace = {**entries(first(known, TRACE_WHOLE)), **heaps[TRACE_METADATA]}
    if trace:
        span.trace_metadata = texts(trace, marks, decodes)
        span.metadata |= span.trace_metadata


def of_resource(attributes: dict[str, object], marks: set[str]) -> dict[str, str]:
    """Metadata that a resource carries for all of its spans."""
    found = entries(attributes.get("langfuse.metadata"))
    for key, value in attributes.items():
        if key.startswith(PREFIX) and len(key) > len(PREFIX):
            found[key[len(PREFIX) :]] = value
    return texts(found, marks)


def entries(value: object) -> dict[str, object]:
    """The object that a value is, or is the JSON of; anything else has no entries."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = text.parsed(value)
    return dict(value) if isinstance(value, dict) else {}


def texts(values: dict[str, object], marks: set[str], decodes: bool = False) -> dict[str, str]:
    kept: dict[str, str] = {}
    for key, value in values.items():
        if value is None or not key:
            continue
        if len(kept) >= limits.METADATA_KEYS:
            marks.add(text.TRUNCATED)
            break
        if decodes and isinstance(value, str):
            value = _decoded(value)
        kept[key[: limits.KEY_CHARACTERS]] = text.stored(value, marks)
    return kept


def _decoded(value: str) -> str:
    """A quoted string without its quotes; other JSON, and what is none, as it was sent."""
    if value[:1] != '"':
        return value
    found = text.parsed(value)
    return found if isinstance(found, str) else value

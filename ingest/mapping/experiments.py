"""Which run of which experiment a span belongs to."""

from datetime import datetime

from ingest.mapping import limits, text
from ingest.mapping.groups import (
    EXPERIMENT_ITEM_METADATA,
    EXPERIMENT_METADATA,
    KNOWN,
    Heaps,
)
from ingest.mapping.metadata import entries, texts
from traces.records import Span

PREFIX = "langfuse.experiment."
ID = "langfuse.experiment.id"
FIELDS = (
    "name",
    "description",
    "dataset.id",
    "item.id",
    "item.version",
    "item.root_observation_id",
    "item.expected_output",
)
METADATA = {"metadata": EXPERIMENT_METADATA, "item.metadata": EXPERIMENT_ITEM_METADATA}

KEYS = {ID, *(PREFIX + name for name in (*FIELDS, *METADATA))}
HEAPS = tuple(METADATA.values())


def apply(span: Span, heaps: Heaps, marks: set[str]) -> None:
    known = heaps[KNOWN]
    if value := known.pop(ID, None):
        span.experiment_id = text.label(value, marks)
    for name in FIELDS:
        if value := known.pop(PREFIX + name, None):
            span.experiment[name] = text.stored(value, marks)
    if not is_date(span.experiment.get("item.version", "")):
        span.experiment.pop("item.version", None)  # it names a state of the item by its time
    for name, heap in METADATA.items():
        found = flattened({**entries(known.pop(PREFIX + name, None)), **heaps[heap]})
        span.experiment |= {f"{name}.{key}": value for key, value in texts(found, marks).items()}


def is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def flattened(values: dict[str, object], prefix: str = "", depth: int = 1) -> dict[str, object]:
    """{"a": {"b": 1}} → {"a.b": 1}"""
    flat: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, dict) and depth < limits.DEPTH:
            flat |= flattened(value, f"{prefix}{key}.", depth + 1)
        else:
            flat[prefix + key] = value
    return flat

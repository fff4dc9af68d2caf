"""Items made of traces and observations: what went in is the input, and what came out, if wanted,
the expected output.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evals.datasets.items import By, NewItem, Outcome, add, id_from
from evals.datasets.models import Dataset, ItemVersion
from traces.queries.texts import with_texts
from traces.queries.trace import locate
from traces.queries.trace_row import TraceRow
from traces.queries.traces import trace_facts
from traces.render.json_lines import parsed
from traces.stored import stored_spans

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Picked:
    """What a trace, or one observation of it, has to give."""

    trace_id: str
    span_id: str
    name: str
    input: Any
    output: Any
    metadata: Any

    def item(self, dataset: Dataset, *, with_output: bool) -> NewItem:
        return NewItem(
            id=id_from(dataset, self.trace_id, self.span_id),
            input=self.input,
            expected_output=self.output if with_output else None,
            metadata=self.metadata,
            source_trace_id=self.trace_id,
            source_observation_id=self.span_id,
        )


def picked(project_id: str, trace_id: str, span_id: str) -> Picked | None:
    """Of the trace itself where no span is named. None where it is not there."""
    extent = locate(project_id, trace_id)
    if extent is None:
        return None
    if not span_id:
        facts = trace_facts(project_id, trace_id, extent)
        return next(picked_of(project_id, [facts]), None) if facts else None
    key = (trace_id, span_id)
    found = stored_spans(project_id, [key], since=extent.low, until=extent.high + 1)
    span = next((one for one in found.get(key, ()) if not one.is_deleted), None)
    if span is None:
        return None
    return Picked(
        trace_id, span_id, span.name, value_of(span.input), value_of(span.output),
        structured(span.metadata),
    )  # fmt: skip


def picked_of(project_id: str, traces: list[TraceRow]) -> Iterator[Picked]:
    for trace, texts in with_texts(project_id, traces):
        yield Picked(
            trace.trace_id, "", trace.name, value_of(texts.input), value_of(texts.output),
            structured(texts.metadata),
        )  # fmt: skip


def value_of(text: str) -> Any:
    """What was sent: an object or a list where it is one, else the text; null where nothing was."""
    if not text:
        return None
    value = parsed(text)
    return text if value is None else value


def structured(metadata: dict[str, str]) -> Any:
    return {key: value_of(value) for key, value in metadata.items()} or None


def add_traces(
    dataset: Dataset, traces: list[TraceRow], by: By, *, with_output: bool
) -> list[Outcome]:
    """One item of each, always of the same id: adding twice adds once."""
    picks = picked_of(dataset.project_id, traces)
    wanted = [one.item(dataset, with_output=with_output) for one in picks]
    return add(dataset, wanted, by)


def not_in(dataset: Dataset, trace_ids: Sequence[str]) -> list[str]:
    """Those of the traces that the dataset has no item of, as far as it was made here."""
    ids = {id_from(dataset, trace_id): trace_id for trace_id in trace_ids}
    there = ItemVersion.objects.filter(
        project=dataset.project_id, item_id__in=ids, valid_to=None, is_deleted=False
    )
    known = set(there.values_list("item_id", flat=True))
    return [trace_id for item_id, trace_id in ids.items() if item_id not in known]


def made_of(project_id: str, trace_id: str, span_id: str) -> list[ItemVersion]:
    """The present items that came from there."""
    found = ItemVersion.objects.filter(
        project=project_id, source_trace_id=trace_id, valid_to=None, is_deleted=False
    )
    if span_id:
        found = found.filter(source_observation_id=span_id)
    light = found.defer("input", "expected_output", "metadata").select_related("dataset")
    return list(light.order_by("-valid_from")[:MOST_SHOWN])

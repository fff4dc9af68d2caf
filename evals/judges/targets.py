"""What is judged, read from the store: the fields that mappings pick from."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.checks.spans import EXPECTED
from evals.datasets.models import ItemVersion
from evals.judges.mapping import opened
from evals.judges.passages import passages_of
from traces.queries.judged import Step, steps_of
from traces.queries.texts import stated_texts
from traces.queries.trace import Extent, locate, span_detail
from traces.queries.traces import trace_facts

ENVIRONMENT = "sonde-evaluator"  # of the judges' own traces, which nobody judges
IN_EXPERIMENT = "item.expected_output"


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to judge, and the environment it ran in."""

    fields: dict[str, Any]
    environment: str

    @property
    def output_length(self) -> int:
        return len(self.fields["output"] or "")


def key_of(trace_id: str, observation_id: str) -> str:
    """One target, in as many characters as an index takes."""
    return hashlib.sha256(json.dumps([trace_id, observation_id]).encode()).hexdigest()


def found(project_id: str, trace_id: str, observation_id: str = "") -> Found | None:
    """None where there is no such target any more. Raises traces.errors'."""
    extent = locate(project_id, trace_id)
    if extent is None:
        return None
    if observation_id:
        return _observation(project_id, trace_id, observation_id, extent)
    return _trace(project_id, trace_id, extent)


def _trace(project_id: str, trace_id: str, extent: Extent) -> Found | None:
    facts = trace_facts(project_id, trace_id, extent)
    if facts is None:
        return None
    texts = stated_texts(project_id, facts)
    root = span_detail(project_id, trace_id, facts.root_id, extent) if facts.root_id else None
    metadata = {**(root["metadata"] if root else {}), **texts.metadata}
    given = texts.input or (root["input"] if root else "")
    made = texts.output or (root["output"] if root else "")
    steps = steps_of(project_id, trace_id, extent)
    fields = _fields(given, made, metadata, root, steps)
    return Found(fields, facts.environment)


def _observation(
    project_id: str, trace_id: str, observation_id: str, extent: Extent
) -> Found | None:
    row = span_detail(project_id, trace_id, observation_id, extent)
    if row is None:
        return None
    steps = steps_of(project_id, trace_id, extent)
    fields = _fields(row["input"], row["output"], row["metadata"], row, steps)
    called = json_of(row["tool_calls"]) or fields["tools"]["called"]
    offered = json_of(row["tool_definitions"]) or fields["tools"]["offered"]
    fields["tools"] = {"offered": offered, "called": called}
    return Found(fields, row["environment"] or "default")


def _fields(
    given: str,
    made: str,
    metadata: dict[str, str],
    row: dict[str, Any] | None,
    steps: Sequence[Step],
) -> dict[str, Any]:
    return {
        "input": given,
        "output": made,
        "metadata": {name: opened(value) for name, value in metadata.items()},
        "expected_output": _expected(metadata, row["experiment"] if row else {}),
        "context": [
            text for one in steps if one.type == "RETRIEVER" for text in passages_of(one.output)
        ],
        "steps": [_told(one) for one in steps],
        "tools": {
            "offered": next(filter(None, (json_of(one.tool_definitions) for one in steps)), []),
            "called": [call for one in steps for call in json_of(one.tool_calls)]
            or [_told(one) for one in steps if one.type == "TOOL"],
        },
    }


def with_item(fields: dict[str, Any], item: ItemVersion | None) -> dict[str, Any]:
    """With what the dataset says of the item that it was run for."""
    if item is None:
        return fields
    told = item.metadata if isinstance(item.metadata, dict) else {}
    expected = fields["expected_output"] if item.expected_output is None else item.expected_output
    metadata = {**told, **fields["metadata"]}
    return {**fields, "expected_output": expected, "metadata": metadata}


def _expected(metadata: dict[str, str], experiment: dict[str, str]) -> str | None:
    """Of an experiment's item, else what the metadata calls so."""
    stated = (metadata[name] for name in EXPECTED if metadata.get(name))
    return experiment.get(IN_EXPERIMENT) or next(stated, None)


def _told(step: Step) -> dict[str, str]:
    told = {"type": step.type, "name": step.name, "input": step.input, "output": step.output}
    return {name: value for name, value in {**told, "error": step.error}.items() if value}


def json_of(text: str) -> list[Any]:
    value = opened(text) if text else []
    return value if isinstance(value, list) else []

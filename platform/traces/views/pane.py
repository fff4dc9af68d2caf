"""What a span's pane shows beside its tabs: both sides laid out, events, speeds, and where its cost
came from.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from traces.render.content import Content, contents
from traces.render.json_lines import Line, json_lines, parsed, pretty
from traces.speed import tokens_per_second

TABS = {
    "messages": _("Messages"),
    "raw": _("Raw"),
    "call": _("Call"),
    "attributes": _("Attributes"),
    "events": _("Events"),
    "scores": _("Scores"),
    "comments": _("Comments"),
}
MAX_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    time: int | None
    attributes: list[tuple[str, str]]
    error: str = ""
    stacktrace: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of metadata or attributes: folded JSON, or text."""

    key: str
    text: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Pane:
    input: Content
    output: Content
    raw: list[tuple[Any, str, int]]  # heading, text, characters cut
    groups: list[tuple[Any, list[Value]]]  # heading, values
    attribute_count: int
    events: list[Event]
    event_count: int
    links: list[dict]
    usage: list[tuple[str, int, Any]]  # key, tokens, cost
    latency_ns: int | None
    first_token_ns: int | None
    tokens_per_second: float | None
    parameters: list[Value]
    unpriced: str  # why the cost is unknown: tokens, sent, model, rate or price; "" where it is not


def pane(row: dict, *, max_lines: int = 400) -> Pane:
    """Everything about one row of `traces.queries.trace.span_detail`."""
    texts = {
        "input": row["input"] or row["trace_input"] if not row["span_id"] else row["input"],
        "output": row["output"] or row["trace_output"] if not row["span_id"] else row["output"],
    }
    type_ = "CHAIN" if not row["span_id"] else row["type"]
    shown_input, shown_output = contents(
        type_, texts["input"], texts["output"], max_lines=max_lines
    )
    events, event_count = _events(row["events"])
    groups = _groups(row)
    latency = None if row["end_time"] is None else row["end_time"] - row["start_time"]
    first_token = None
    if row["completion_start_time"] is not None:
        first_token = row["completion_start_time"] - row["start_time"]
    return Pane(
        input=shown_input,
        output=shown_output,
        raw=_raw(row),
        groups=groups,
        attribute_count=sum(len(values) for _heading, values in groups),
        events=events,
        event_count=event_count,
        links=[link for link in parsed(row["links"]) or [] if isinstance(link, dict)][:100],
        usage=_usage(row),
        latency_ns=latency,
        first_token_ns=first_token,
        tokens_per_second=tokens_per_second(row["output_tokens"], latency, first_token),
        parameters=_values(row["model_parameters"]),
        unpriced=_unpriced(row),
    )


def _unpriced(row: dict) -> str:
    """What is missing for a cost, as `pricing.cost` looks for it: each has a remedy of its own."""
    if row["cost_source"] != "unknown":
        return ""
    if "cost_out_of_range" in row["marks"]:
        return "sent"
    if not row["usage"]:
        return "tokens"
    if not row["model"]:
        return "model"
    return "rate" if row["price_id"] else "price"


def _usage(row: dict) -> list[tuple[str, int, Any]]:
    keys = sorted(row["usage"], key=lambda key: (key == "total", key))
    return [(key, row["usage"][key], row["cost"].get(key)) for key in keys]


def _raw(row: dict) -> list[tuple[Any, str, int]]:
    found = []
    for heading, text, length in (
        (_("Input"), row["input"], row["input_length"]),
        (_("Output"), row["output"], row["output_length"]),
        (_("Trace input"), row["trace_input"], 0),
        (_("Trace output"), row["trace_output"], 0),
        (_("Tool definitions"), row["tool_definitions"], 0),
        (_("Tool calls"), row["tool_calls"], 0),
    ):
        if text:
            found.append((heading, pretty(text), max(0, length - len(text))))
    return found


def _groups(row: dict) -> list[tuple[Any, list[Value]]]:
    groups = (
        (_("Metadata"), row["metadata"]),
        (_("Trace metadata"), row["trace_metadata"]),
        (_("Attributes"), row["attributes"]),
        (_("Experiment"), row["experiment"]),
        (_("Resource"), row["resource_attributes"]),
        (_("Scope"), row["scope_attributes"]),
    )
    return [(heading, _values(mapping)) for heading, mapping in groups if mapping]


def _values(mapping: dict[str, str]) -> list[Value]:
    found = []
    for key in sorted(mapping):
        value = parsed(mapping[key])
        found.append(
            Value(key, mapping[key][:20_000], json_lines(value, 200) if value is not None else [])
        )
    return found


def _events(text: str) -> tuple[list[Event], int]:
    listed = [item for item in parsed(text) or [] if isinstance(item, dict)]
    return [_event(item) for item in listed[:MAX_EVENTS]], len(listed)


def _event(item: dict) -> Event:
    attributes = item.get("attributes")
    attributes = dict(attributes) if isinstance(attributes, dict) else {}
    kind, said = attributes.pop("exception.type", ""), attributes.pop("exception.message", "")
    stacktrace = attributes.pop("exception.stacktrace", "")
    when = item.get("time")
    return Event(
        name=_as_text(item.get("name")),
        time=int(when)
        if isinstance(when, int) or (isinstance(when, str) and when.isdecimal() and len(when) < 20)
        else None,
        attributes=[(key, _as_text(value)) for key, value in sorted(attributes.items())],
        error=": ".join(filter(None, (_as_text(kind), _as_text(said)))),
        stacktrace=_as_text(stacktrace),
    )


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value[:20_000]
    return "" if value is None else json.dumps(value, ensure_ascii=False)[:20_000]

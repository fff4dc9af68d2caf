"""A raw span → the row that is stored. One pass sorts the attributes; then only the nouns they
speak of are asked.
"""

from ingest.mapping import (
    calls,
    content,
    cost,
    events,
    experiments,
    groups,
    identity,
    limits,
    metadata,
    model,
    outcome,
    routes,
    text,
    times,
    tools,
    types,
    usage,
)
from ingest.mapping.groups import KNOWN, OTHER
from ingest.mapping.origin import Origin
from ingest.mapping.raw import RawEvent, RawLink, RawSpan
from traces.records import Span

KINDS = ("", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
DROPPED = ("dropped_attributes", "dropped_events", "dropped_links")
GEN_AI_SIGNS = frozenset({"gen_ai.operation.name", "gen_ai.system", "gen_ai.provider.name"})
_routes = routes.ROUTES
_route_of = routes.route_of


def map_span(raw: RawSpan, origin: Origin) -> tuple[Span, bool]:
    """The row, and whether log events may still have something to add to it, or already had."""
    marks = raw.marks
    heaps = groups.empty()
    wanted = 0
    for key, value in raw.attributes:
        heap, name, nouns = _routes.get(key) or _route_of(key)
        heaps[heap][name] = value
        wanted |= nouns
    span = _blank(raw, origin, marks)
    is_genai = not GEN_AI_SIGNS.isdisjoint(heaps[KNOWN])
    if wanted or origin.scope_name in ("livekit-agents", "@flue/opentelemetry"):
        span.type = types.type_of(heaps, origin, raw.name)
    _ask(span, heaps, origin, wanted, marks)
    said: list[events.Said] = [
        (event.name, event.attributes) for event in raw.events if event.name in events.CARRIERS
    ]
    if wanted & routes.CONTENT_NOUN or said:
        content.apply(span, heaps, origin, said, marks)
    _keep_the_rest(span, heaps, marks)
    if raw.events:
        _keep_events(span, raw.events, span.received_at, marks)
        if span.completion_start_time is None:
            span.completion_start_time = model.first_token_event(raw.events, span)
    if raw.links:
        span.links = text.json_text([_link(link) for link in raw.links])
    if marks:
        span.marks = sorted(marks)
    for name in DROPPED:
        if getattr(span, name) > limits.SMALL_COUNT:
            setattr(span, name, limits.SMALL_COUNT)
    has_content = span.input or span.output
    return span, is_genai and (origin.emits_events or not has_content)


def _blank(raw: RawSpan, origin: Origin, marks: set[str]) -> Span:
    """The row with what every span has."""
    received_at = origin.sender.received_at
    start, end = times.span_times(raw.start, raw.end, received_at, marks)
    parent = raw.parent_span_id
    if parent == raw.span_id:
        marks.add("own_parent")
        parent = ""
    resource = origin.resource
    message = raw.status_message
    return Span(
        project_id=origin.sender.project_id,
        trace_id=raw.trace_id,
        span_id=raw.span_id,
        start_time=start,
        parent_span_id=parent,
        end_time=end,
        name=text.label(raw.name, marks),
        level=outcome.level_from_status(raw.status_code, origin, raw.name),
        status_message=text.cut(message, limits.STATUS_CHARACTERS, marks) if message else "",
        kind=KINDS[raw.kind] if 0 <= raw.kind < len(KINDS) else "",
        is_root=not parent,
        environment=resource.environment,
        release=resource.release,
        version_label=resource.version,
        metadata=dict(resource.metadata),
        resource_attributes=resource.attributes,
        scope_attributes=origin.scope_attributes,
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        service_name=resource.service_name,
        sdk_name=resource.sdk_name,
        sdk_version=resource.sdk_version,
        source="otlp",
        dropped_attributes=raw.dropped_attributes,
        dropped_events=raw.dropped_events,
        dropped_links=raw.dropped_links,
        received_at=received_at,
    )


def _ask(span: Span, heaps: groups.Heaps, origin: Origin, wanted: int, marks: set[str]) -> None:
    """Let the nouns that the attributes speak of take what is theirs. The model is named last:
    names may be shared.
    """
    if wanted & routes.IDENTITY:
        identity.apply(span, heaps, origin.resource.environment_rank, marks)
    if wanted & routes.OUTCOME:
        outcome.apply(span, heaps, marks)
    if wanted & routes.OF_CALLS:
        if calls.repeats_its_children(heaps, origin):
            usage.keep_as_attributes(heaps)
        else:
            _call(span, heaps, origin, wanted, marks)
    if wanted & routes.MODEL:
        model.apply(span, heaps, origin, marks)
    if wanted & routes.TOOLS:
        tools.apply(span, heaps, marks)
    if wanted & routes.METADATA:
        metadata.apply(span, heaps, marks, origin.decodes_metadata)
    if wanted & routes.EXPERIMENTS:
        experiments.apply(span, heaps, marks)


def _call(span: Span, heaps: groups.Heaps, origin: Origin, wanted: int, marks: set[str]) -> None:
    if wanted & routes.USAGE:
        calls.apply(span, heaps, origin, marks)
    if wanted & routes.COST:
        cost.apply(span, heaps, origin, marks)
    if wanted & routes.NAME:
        model.name_model(span, heaps, marks)


def _keep_the_rest(span: Span, heaps: groups.Heaps, marks: set[str]) -> None:
    """What no noun took becomes the span's attributes, up to a number of them."""
    kept = heaps[OTHER]
    if rest := heaps[KNOWN]:
        kept |= rest
    if not kept:
        return
    if len(kept) > limits.ATTRIBUTES_KEPT:
        span.dropped_attributes += len(kept) - limits.ATTRIBUTES_KEPT
        marks.add("attributes_dropped")
        kept = dict(list(kept.items())[: limits.ATTRIBUTES_KEPT])
    span.attributes = {
        key: value
        if value.__class__ is str and len(value) < 256 and "\\" not in value
        else text.stored(value, marks)
        for key, value in kept.items()
        if value is not None
    }


def _keep_events(span: Span, said: list[RawEvent], received_at: int, marks: set[str]) -> None:
    kept: list[str] = []
    room = limits.EVENTS_CHARACTERS
    for event in said:
        line = text.json_text(event_record(event, received_at, marks))
        room -= len(line) + 1
        if room < 0:
            marks.add("events_dropped")
            span.dropped_events += len(said) - len(kept)
            break
        kept.append(line)
    span.events = f"[{','.join(kept)}]"


def event_record(event: RawEvent, received_at: int, marks: set[str]) -> dict:
    """An event as it stands in the row's JSON."""
    return {
        "time": times.event_time(event.time, received_at),
        "name": text.label(event.name, marks),
        "attributes": event.attributes,
    }


def _link(link: RawLink) -> dict:
    return {"trace_id": link.trace_id, "span_id": link.span_id, "attributes": link.attributes}

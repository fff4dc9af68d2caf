"""What went into a span and what came out: the first source, in this order, that has either. What
loses is not kept twice.
"""

from ingest.mapping import events, limits, sources, text, tools
from ingest.mapping.events import Content
from ingest.mapping.groups import CONTENT, OTHER, Heaps
from ingest.mapping.origin import Origin
from ingest.mapping.sources import Source, pick
from traces.records import Span

TRACE = {"langfuse.trace.input": "trace_input", "langfuse.trace.output": "trace_output"}

KEYS = sources.KEYS | TRACE.keys()
HEAPS = sources.HEAPS


def apply(
    span: Span, heaps: Heaps, origin: Origin, said: list[events.Said], marks: set[str]
) -> None:
    """Fill input and output; `said` are the span's own events."""
    content = heaps[CONTENT]
    for place in _places(heaps, has_events=bool(said)):
        source = sources.SOURCES[place]
        if source.scope and source.scope != origin.scope_name:
            continue
        found = events.content_of(said) if source is sources.EVENTS else _read(source, heaps)
        if any(found) or source.is_last:
            put(span, found, marks)
            break
    if said:
        tools.from_events(span, said)
    for key, field in TRACE.items():
        if value := content.pop(key, None):
            setattr(span, field, text.stored(value, marks, limits.CONTENT_CHARACTERS))
    _keep_what_no_column_took(span, heaps)


def _places(heaps: Heaps, has_events: bool) -> list[int]:
    """The sources that the span has anything of, in order."""
    places = {place for key in heaps[CONTENT] for place in sources.PLACES.get(key, ())}
    for heap in HEAPS:
        if heaps[heap]:
            places.add(sources.HEAP_PLACES[heap])
    if has_events:
        places.add(sources.AT_EVENTS)
    return sorted(places)


def _read(source: Source, heaps: Heaps) -> Content:
    if source.read:
        return source.read(heaps)
    return pick(heaps[CONTENT], source.inputs), pick(heaps[CONTENT], source.outputs)


def put(span: Span, content: Content, marks: set[str]) -> None:
    """Store input and output where the span has none, and the tools they speak of."""
    asked, answered = content
    if asked and not span.input:
        span.input = text.stored(asked, marks, limits.CONTENT_CHARACTERS)
    if answered and not span.output:
        span.output = text.stored(answered, marks, limits.CONTENT_CHARACTERS)
    tools.from_content(span)


def finish_content(spans: list[Span]) -> None:
    """Give spans that have events but lack input or output what their events say of it, and find
    the tools of spans that no OTLP decoder made.
    """
    for span in spans:
        if _lacks_what_events_may_say(span):
            said = _said(span)
            put(span, events.content_of(said), set())
            tools.from_events(span, said)
        elif span.source != "otlp":
            tools.from_content(span)


def _lacks_what_events_may_say(span: Span) -> bool:
    if "gen_ai." not in span.events:
        return False
    if not span.input or not span.output:
        return True
    return not span.tool_definitions and tools.DEFINITIONS[0] in span.events


def _said(span: Span) -> list[events.Said]:
    found = text.parsed(span.events)
    said = [event for event in found if isinstance(event, dict)] if isinstance(found, list) else []
    return [
        (event.get("name", ""), event.get("attributes") or {})
        for event in sorted(said, key=lambda event: event.get("time") or 0)
    ]


def _keep_what_no_column_took(span: Span, heaps: Heaps) -> None:
    """A source that lost repeats what won, so it is dropped; where nothing won on its side, it
    stays an attribute.
    """
    if span.input and span.output:
        return
    for key, value in heaps[CONTENT].items():
        filled = span.output if key in sources.OUTPUT_KEYS else span.input
        if not filled:
            heaps[OTHER][key] = value

"""What an item is about, as the annotating page shows it."""

from dataclasses import dataclass, field

from evals.annotation.models import Item, ObjectType
from traces.errors import Unavailable
from traces.queries.conversation import conversation
from traces.queries.filters import FIRST, LAST, TraceFilter
from traces.queries.talk import Calls, calls_of
from traces.queries.trace import Extent, locate, span_detail
from traces.queries.trace_row import TraceRow
from traces.queries.traces import trace_facts
from traces.render.content import Content, contents
from traces.render.thread import Thread, thread_of

MAX_LINES = 400  # of JSON
MAX_TURNS = 40  # of a session


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`input` and `output` are the texts as they were sent; `sides` show them. Sessions have turns
    in their place. Nothing of it is there where the trace is gone.
    """

    facts: TraceRow | None = None
    input: str = ""
    output: str = ""
    is_cut: bool = False  # the texts are longer than what is shown
    sides: tuple[Content, Content] | None = None
    calls: Calls | None = None
    thread: Thread | None = None
    turns: list[tuple] = field(default_factory=list)
    has_more: bool = False
    is_away: bool = False  # the store cannot tell now

    @property
    def is_there(self) -> bool:
        return bool(self.sides or self.turns)


def shown(project_id: str, item: Item, *, as_talk: bool = False) -> Shown:
    """`as_talk` shows what the models of the trace were told and said instead of its two sides."""
    if item.object_type == ObjectType.SESSION:
        return of_session(project_id, item.object_id)
    extent = locate(project_id, item.trace_id) if item.trace_id else None
    facts = trace_facts(project_id, item.trace_id, extent) if extent else None
    if extent is None or facts is None:
        return Shown()
    if as_talk:
        calls = calls_of(project_id, item.trace_id, extent)
        both = texts_of(project_id, item, facts, extent)
        return Shown(facts=facts, calls=calls, thread=thread_of(calls.calls), **both)
    return Shown(facts=facts, **texts_of(project_id, item, facts, extent))


def shown_if_near(project_id: str, item: Item) -> Shown:
    """For a page that must come back whatever the store does: something was written on it."""
    try:
        return shown(project_id, item)
    except Unavailable:
        return Shown(is_away=True)


def texts_of(project_id: str, item: Item, facts: TraceRow, extent: Extent) -> dict:
    """Of a trace what was said of it as a whole, else what went into its root and came out."""
    is_trace = item.object_type == ObjectType.TRACE
    span_id = facts.root_id if is_trace else item.object_id
    row = span_detail(project_id, item.trace_id, span_id, extent) or {}
    stated = (span_detail(project_id, item.trace_id, "", extent) or {}) if is_trace else {}
    input_ = stated.get("trace_input") or row.get("input") or stated.get("input") or ""
    output = stated.get("trace_output") or row.get("output") or stated.get("output") or ""
    if not (row or stated):
        return {}
    type_ = "CHAIN" if is_trace else row["type"]
    lengths = row.get("input_length", 0), row.get("output_length", 0)
    return {
        "input": input_,
        "output": output,
        "is_cut": lengths[0] > len(row.get("input", "")) or lengths[1] > len(row.get("output", "")),
        "sides": contents(type_, input_, output, max_lines=MAX_LINES),
    }


def of_session(project_id: str, session_id: str) -> Shown:
    ever = TraceFilter(since=FIRST, until=LAST)
    found = conversation(project_id, session_id, ever, limit=MAX_TURNS)
    turns = [
        (turn, *contents("GENERATION", turn.input, turn.output, max_lines=60))
        for turn in found.turns
    ]
    return Shown(turns=turns, has_more=found.after is not None)

"""Several calls at once, told as one stream of events, for as long as somebody listens."""

import queue
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import structlog
from django.utils import translation

from llm import calls
from llm.chat import Event, Failed, Finished, Kind, Request, Text, Thought, ToolCall, Used
from llm.models import LlmConnection

MOST_COLUMNS = 4
LISTEN_SECONDS = 1.0  # after so much silence a sign of life is due, or nobody notices who left
MOST_WAITING = 200  # events of one run that the page has not taken yet
PATIENCE = calls.Patience()

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """`place` is the column's, on the page."""

    place: int
    connection: LlmConnection
    request: Request


@dataclass(slots=True)
class Outcome:
    """What came of a run: of one that failed or was stopped, as far as it came."""

    started_ns: int
    text: str = ""
    tool_calls: list[ToolCall] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    first_ns: int | None = None  # from the start to the first piece
    latency_ns: int = 0
    reason: str = ""
    model: str = ""
    failure: Failed | None = None


Told = tuple[Run, Event | Outcome]


def run_all(runs: Sequence[Run]) -> Generator[Told | None, None, None]:
    """Each event as it comes; an Outcome ends a run, and None says only that all is well. Closing
    the iterator stops what still runs.
    """
    told: queue.Queue[Told] = queue.Queue(MOST_WAITING)
    stop = threading.Event()
    language = translation.get_language()
    for run in runs:
        threading.Thread(
            target=_work, args=(run, told, stop, language), daemon=True, name="playground"
        ).start()
    left = len(runs)
    try:
        while left:
            try:
                found = told.get(timeout=LISTEN_SECONDS)
            except queue.Empty:
                yield None
                continue
            left -= isinstance(found[1], Outcome)
            yield found
    finally:
        stop.set()


def _work(run: Run, told: "queue.Queue[Told]", stop: threading.Event, language: str | None) -> None:
    outcome = Outcome(time.time_ns())
    began = time.monotonic_ns()
    patience = calls.Patience(PATIENCE.seconds, PATIENCE.idle_seconds, stop)
    with translation.override(language):
        try:
            for event in calls.stream(run.connection, run.request, patience):
                note(outcome, event, time.monotonic_ns() - began)
                if isinstance(event, Text | Thought | ToolCall) and not _put(
                    told, (run, event), stop
                ):
                    return
        except Exception:  # the outermost loop of the thread: nobody else would hear of it
            log.exception("playground_fault", connection=run.connection.pk)
            outcome.failure = Failed(Kind.OURS)
        finally:
            outcome.latency_ns = time.monotonic_ns() - began
            _put(told, (run, outcome), stop)


def _put(told: "queue.Queue[Told]", found: Told, stop: threading.Event) -> bool:
    """Whether somebody will take it."""
    while not stop.is_set():
        try:
            told.put(found, timeout=LISTEN_SECONDS)
        except queue.Full:
            continue
        return True
    return False


def note(outcome: Outcome, event: Event, since_ns: int) -> None:
    if outcome.first_ns is None and isinstance(event, Text | Thought | ToolCall):
        outcome.first_ns = since_ns
    match event:
        case Text(text):
            outcome.text += text
        case ToolCall():
            outcome.tool_calls.append(event)
        case Used(usage):
            outcome.usage |= usage
        case Finished(reason, model):
            outcome.reason, outcome.model = reason, model
        case Failed():
            outcome.failure = event

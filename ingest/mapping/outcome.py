"""How a span ended: its level and what it says of it."""

from ingest.mapping import limits, text
from ingest.mapping.groups import KNOWN, Heaps
from ingest.mapping.origin import Origin
from traces.records import Span

LEVEL = "langfuse.observation.level"
MESSAGE = "langfuse.observation.status_message"
LEVELS = {
    **dict.fromkeys(("DEBUG", "TRACE", "VERBOSE"), "DEBUG"),
    **dict.fromkeys(("DEFAULT", "INFO", "LOG", "NOTICE", "OK", "SUCCESS"), "DEFAULT"),
    **dict.fromkeys(("WARNING", "WARN"), "WARNING"),
    **dict.fromkeys(("ERROR", "FATAL", "CRITICAL"), "ERROR"),
}
LIVEKIT_PLUMBING = frozenset(
    {
        "user_speaking",
        "eou_detection",
        "llm_request_run",
        "tts_node",
        "tts_request",
        "tts_request_run",
        "tts_stream_adapter",
        "agent_speaking",
        "drain_agent_activity",
        "on_exit",
        "on_enter",
        "llm_fallback_adapter",
        "tts_fallback_adapter",
        "start_agent_activity",
    }
)

KEYS = {LEVEL, MESSAGE}
ERROR = 2  # OpenTelemetry's status code


def apply(span: Span, heaps: Heaps, marks: set[str]) -> None:
    known = heaps[KNOWN]
    if level := level_of(known.get(LEVEL)):
        span.level = level
        del known[LEVEL]
    if value := known.pop(MESSAGE, None):
        span.status_message = text.stored(value, marks, limits.STATUS_CHARACTERS)


def level_of(value: object) -> str:
    """One of the four levels, under any of the names that loggers have for them; "" for anything
    else.
    """
    return LEVELS.get(value.strip().upper(), "") if isinstance(value, str) else ""


def level_from_status(code: int, origin: Origin, name: str) -> str:
    if code == ERROR:
        return "ERROR"
    if origin.scope_name == "livekit-agents" and name in LIVEKIT_PLUMBING:
        return "DEBUG"
    return "DEFAULT"

"""Who and where: user, session, tags, environment, release, version and the names of trace and
observation.
"""

import re
from functools import lru_cache

from ingest.mapping import limits, text
from ingest.mapping.groups import ASSOCIATIONS, KNOWN, Heaps, first
from traces.records import Span

USER = (
    "langfuse.user.id",
    "user.id",
    "langfuse.observation.metadata.langfuse_user_id",
    "langfuse.trace.metadata.langfuse_user_id",
    "ai.telemetry.metadata.userId",
    "langwatch.user.id",
    "langsmith.metadata.user_id",
    "enduser.id",
    "gen_ai.request.user",
)
SESSION = (
    "langfuse.session.id",
    "session.id",
    "gen_ai.conversation.id",
    "langfuse.observation.metadata.langfuse_session_id",
    "langfuse.trace.metadata.langfuse_session_id",
    "ai.telemetry.metadata.sessionId",
    "langwatch.thread.id",
    "langsmith.metadata.session_id",
    "langsmith.metadata.thread_id",
    "genkit:sessionId",
)
TAGS = (
    "langfuse.trace.tags",
    "langfuse.tags",
    "langfuse.observation.metadata.langfuse_tags",
    "langfuse.trace.metadata.langfuse_tags",
    "ai.telemetry.metadata.tags",
    "tag.tags",
    "langwatch.labels",
    "langsmith.span.tags",
    "braintrust.tags",
    "logfire.tags",
)
# Of Traceloop's association properties, which are free for the application to name.
ASSOCIATED_USER = ("user_id", "userId")
ASSOCIATED_SESSION = ("session_id", "sessionId", "conversation_id", "thread_id", "chat_id")
ENVIRONMENT = ("langfuse.environment", "deployment.environment.name", "deployment.environment")
LATE_ENVIRONMENT = ("gen_ai.environment",)  # OpenLIT's, on every span, mostly "default"
VERSION = ("langfuse.version",)
RELEASE = ("langfuse.release",)
TRACE_NAME = ("langfuse.trace.name",)
PUBLIC = ("langfuse.trace.public", "langfuse.public")
TOOL_NAME = "gen_ai.tool.name"
NAME = (TOOL_NAME, "genkit:name", "logfire.msg", "ai.toolCall.name")
VERCEL_NAME = ("ai.telemetry.functionId", "ai.operationId")
ROOT = ("langfuse.internal.as_root", "langfuse.internal.is_app_root")

# Each row is asked only of spans that have a key of it: a field of the span, its sources, its
# reader.
FIELDS = (
    ("user_id", USER, text.label),
    ("session_id", SESSION, text.label),
    ("tags", TAGS, lambda value, marks: tags_of(value, marks)),
    ("version_label", VERSION, text.label),
    ("release", RELEASE, text.label),
    ("trace_name", TRACE_NAME, text.label),
    ("public", PUBLIC, lambda value, marks: is_true(value)),
)
FIELD_OF = {key: row for row in FIELDS for key in row[1]}
KEYS = {*FIELD_OF, *ENVIRONMENT, *LATE_ENVIRONMENT, *NAME, *VERCEL_NAME, *ROOT}
HEAPS = (ASSOCIATIONS,)

REMEMBERED_CHARACTERS = 256
_own_prefix = re.compile(r"^(langfuse[-_]?)+")
_environment = re.compile(r"[a-z0-9_-]{1,40}")


def apply(span: Span, heaps: Heaps, rank_of_resource: int, marks: set[str]) -> None:
    """`rank_of_resource` is the place in ENVIRONMENT of what the resource says."""
    known = heaps[KNOWN]
    for row in {FIELD_OF[key]: None for key in known if key in FIELD_OF}:
        field, keys, read = row
        if value := first(known, keys):
            setattr(span, field, read(value, marks))
    if associated := heaps[ASSOCIATIONS]:
        _associated(span, associated, marks)
    sources = ENVIRONMENT[: rank_of_resource + 1]
    if rank_of_resource == len(ENVIRONMENT):
        sources += LATE_ENVIRONMENT
    if value := first(known, sources):
        span.environment = environment_of(text.label(value, marks))
    _name(span, known, marks)
    if ROOT[0] in known or ROOT[1] in known:
        _roots(span, known)


def _associated(span: Span, associated: dict, marks: set[str]) -> None:
    if not span.user_id and (value := first(associated, ASSOCIATED_USER)):
        span.user_id = text.label(value, marks)
    if not span.session_id and (value := first(associated, ASSOCIATED_SESSION)):
        span.session_id = text.label(value, marks)


def _name(span: Span, known: dict, marks: set[str]) -> None:
    for key in NAME:
        if key == TOOL_NAME and span.type != "TOOL":
            continue  # OpenLIT names on a call of a model the tool that it asked for
        if value := known.get(key):
            span.name = text.label(value, marks)
            if key != "genkit:name":  # a model's name too
                del known[key]
            return
    if operation := known.get("ai.operationId"):
        function = known.get("ai.telemetry.functionId")
        span.name = text.label(f"{function}:{operation}" if function else operation, marks)


def _roots(span: Span, known: dict) -> None:
    as_root, is_app_root = (is_true(known.pop(key, False)) for key in ROOT)
    span.is_root = span.is_root or as_root
    span.is_app_root = is_app_root


def is_true(value: object) -> bool:
    return value is True or value == "true"


def tags_of(value: object, marks: set[str]) -> list[str]:
    """A list, a JSON list in a string, a comma-separated string or one tag."""
    if isinstance(value, str):
        if len(value) <= REMEMBERED_CHARACTERS:
            return list(_short_tags(value))
        value = _tags_in(value)
    return _tags(value, marks) if isinstance(value, list) else []


@lru_cache(maxsize=1024)
def _short_tags(value: str) -> tuple[str, ...]:
    """Tags repeat from span to span."""
    return tuple(_tags(_tags_in(value), set()))


def _tags(value: list, marks: set[str]) -> list[str]:
    tags = dict.fromkeys(text.label(tag, marks).strip() for tag in value)
    tags.pop("", None)
    return list(tags)[: limits.TAGS]


def _tags_in(value: str) -> list:
    if value.strip().startswith("[") and isinstance(found := text.parsed(value), list):
        return found
    return value.split(",")


@lru_cache(maxsize=1024)
def environment_of(value: str) -> str:
    """Lower case, without the prefix that Langfuse keeps for itself, at most 40 characters; what
    cannot be one is `default`.
    """
    name = _own_prefix.sub("", value.strip().lower())[:40]
    return name if _environment.fullmatch(name) else "default"


def environment_in(attributes: dict[str, object]) -> tuple[str, int]:
    """What a resource says, and the place of its source in ENVIRONMENT."""
    for rank, key in enumerate(ENVIRONMENT):
        if value := attributes.get(key):
            return environment_of(text.label(value, set())), rank
    return "default", len(ENVIRONMENT)

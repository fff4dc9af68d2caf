"""The fields of the query language: what each is called, which values it takes, what it means."""

from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from traces.records import OBSERVATION_TYPES

CHOICE, NUMBER, KEYED, HAS = "choice", "number", "keyed", "has"

LEVELS = ("DEBUG", "DEFAULT", "WARNING", "ERROR")
UNITS = {
    "seconds": {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0},
    "dollars": {"": 1.0},
    "count": {"": 1.0, "k": 1000.0, "m": 1_000_000.0},
}


@dataclass(frozen=True, slots=True)
class Field:
    """`options` are all values there can be, in upper case; `unit` is one of UNITS."""

    name: str
    kind: str
    words: str | Promise
    options: tuple[str, ...] = ()
    unit: str = ""
    aliases: tuple[str, ...] = ()


FIELDS = {
    field.name: field
    for field in (
        Field("level", CHOICE, _("Level"), options=LEVELS),
        Field("environment", CHOICE, _("Environment"), aliases=("env",)),
        Field("name", CHOICE, _("Name"), aliases=("trace",)),
        Field("span", CHOICE, _("Span name"), aliases=("observation",)),
        Field("type", CHOICE, _("Type"), options=tuple(OBSERVATION_TYPES)),
        Field("model", CHOICE, _("Model")),
        Field("provider", CHOICE, _("Provider")),
        Field("user", CHOICE, _("User"), aliases=("userid",)),
        Field("session", CHOICE, _("Session"), aliases=("sessionid",)),
        Field("tag", CHOICE, _("Tag"), aliases=("tags",)),
        Field("version", CHOICE, _("Version")),
        Field("release", CHOICE, _("Release")),
        Field("prompt", CHOICE, _("Prompt")),
        Field("prompt_version", NUMBER, _("Version of the prompt"), unit="count"),
        Field("tool", CHOICE, _("Tool call")),
        Field("service", CHOICE, _("Service")),
        Field("error", CHOICE, _("Error message"), aliases=("status",)),
        Field("error_type", CHOICE, _("Type of error")),
        Field("trace_name", CHOICE, _("Name of the trace")),
        Field("id", CHOICE, _("Trace ID"), aliases=("traceid",)),
        Field("latency", NUMBER, _("Latency"), unit="seconds", aliases=("duration",)),
        Field("cost", NUMBER, _("Cost"), unit="dollars"),
        Field("tokens", NUMBER, _("Tokens"), unit="count"),
        Field("input_tokens", NUMBER, _("Input tokens"), unit="count"),
        Field("output_tokens", NUMBER, _("Output tokens"), unit="count"),
        Field("ttft", NUMBER, _("Time to first token"), unit="seconds"),
        Field("spans", NUMBER, _("Spans"), unit="count"),
        Field("errors", NUMBER, _("Errors"), unit="count"),
        Field("metadata", KEYED, _("Metadata"), aliases=("meta",)),
        Field("attributes", KEYED, _("Attribute"), aliases=("attr",)),
        Field("scores", KEYED, _("Score"), aliases=("score",)),
        Field(
            "has",
            HAS,
            _("Has"),
            options=(
                "ERROR",
                "COST",
                "SCORE",
                "FEEDBACK",
                "USER",
                "SESSION",
                "INPUT",
                "OUTPUT",
                "END",
                "TOOL",
                "PROMPT",
            ),
        ),
    )
}
_BY_ALIAS = {alias: field for field in FIELDS.values() for alias in (field.name, *field.aliases)}
HAS_ALIASES = {"ENDTIME": "END", "SCORES": "SCORE", "ERRORS": "ERROR", "TOOLS": "TOOL"}


def field_named(name: str) -> Field | None:
    return _BY_ALIAS.get(name.lower())


def nearest(name: str) -> str | None:
    """The field that may have been meant."""
    found = get_close_matches(name.lower(), _BY_ALIAS, n=1, cutoff=0.6)
    return _BY_ALIAS[found[0]].name if found else None

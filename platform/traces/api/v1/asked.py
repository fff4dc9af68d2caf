"""What callers of /api/v1/ may ask for. The same tables check requests and write the schema."""

from typing import Any

from django.http import HttpRequest, QueryDict
from rest_framework import serializers

from traces.api.moments import nanoseconds
from traces.api.parameters import cursor_in
from traces.queries.langfuse.conditions import FAR_AHEAD, LONG_AGO, TimeRange
from traces.records import LEVELS, OBSERVATION_TYPES
from traces.search.grammar import MAX_CHARACTERS

MAX_TEXT = 1_000
MAX_VALUES = 50
MAX_LIMIT = 200
SCORE_TYPES = ("NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION")


class Moment(serializers.DateTimeField):
    """To the nanosecond, which Python's own times cannot hold."""

    def to_internal_value(self, value: Any) -> int:  # type: ignore[override]
        moment = nanoseconds(value) if isinstance(value, str) else None
        if moment is None:
            raise serializers.ValidationError(
                "Must be an ISO 8601 time, such as 2026-01-31T09:30:00Z."
            )
        return min(max(moment, LONG_AGO), FAR_AHEAD)


class Words(serializers.ListField):
    def __init__(self, choices: tuple[str, ...] = (), **options: Any) -> None:
        child: serializers.Field = (
            serializers.ChoiceField(choices)
            if choices
            else serializers.CharField(min_length=1, max_length=MAX_TEXT)
        )
        super().__init__(
            child=child, required=False, max_length=MAX_VALUES, default=list, **options
        )


def text(**options: Any) -> serializers.CharField:
    return serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_TEXT, **options
    )


class Asked(serializers.Serializer):
    """Every list: a range of time, the length of a page, and where to go on."""

    since = Moment(required=False, help_text="What starts at or after this.")
    until = Moment(required=False, help_text="What starts before this.")
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=MAX_LIMIT, help_text="Rows of a page."
    )
    cursor = text(help_text="next_cursor of the page before.")


class TracesAsked(Asked):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_CHARACTERS,
        help_text="A search, as in the bar of the list: `level:ERROR latency:>2 metadata.eu:yes`.",
    )
    name = Words(help_text="Any of these names.")
    user = Words(help_text="Any of these users.")
    session = Words(help_text="Any of these sessions.")
    environment = Words(help_text="Any of these environments.")
    tag = Words(help_text="Any of these tags.")
    model = Words(help_text="With a call of any of these models.")
    level = Words(LEVELS, help_text="With an observation of any of these levels.")
    type = Words(OBSERVATION_TYPES, help_text="With an observation of any of these types.")
    version = Words(help_text="Any of these versions.")
    release = Words(help_text="Any of these releases.")
    min_latency_ms = serializers.IntegerField(
        required=False, min_value=0, max_value=10**12, help_text="Not shorter than this."
    )
    max_latency_ms = serializers.IntegerField(
        required=False, min_value=0, max_value=10**12, help_text="Not longer than this."
    )
    min_cost = serializers.FloatField(
        required=False, min_value=0, max_value=10**9, help_text="Not cheaper than this, in dollars."
    )
    max_cost = serializers.FloatField(
        required=False, min_value=0, max_value=10**9, help_text="Not dearer than this, in dollars."
    )


class ObservationsAsked(Asked):
    trace = text(help_text="Of this trace.")
    name = text(help_text="Of exactly this name.")
    type = serializers.ChoiceField(OBSERVATION_TYPES, required=False, help_text="Of this type.")
    level = serializers.ChoiceField(LEVELS, required=False, help_text="Of this level.")
    user = text(help_text="Said of the observation or of its trace.")
    session = text(help_text="Said of the observation or of its trace.")
    version = text(help_text="Of this version of the application.")
    environment = Words(help_text="Any of these environments.")
    is_root = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Without a parent, or with one."
    )


class GroupsAsked(Asked):
    search = text(help_text="A part of the id.")


class ScoresAsked(Asked):
    trace = Words(help_text="On any of these traces or their observations.")
    session = Words(help_text="On any of these sessions.")
    observation = Words(help_text="On any of these observations.")
    name = Words(help_text="Any of these names.")
    source = Words(("API", "EVAL", "ANNOTATION"), help_text="Any of these sources.")
    data_type = Words(SCORE_TYPES, help_text="Any of these types.")
    environment = Words(help_text="Any of these environments.")
    user = text(help_text="Of the traces of this user.")


class TraceAsked(serializers.Serializer):
    """One trace: a page of its spans."""

    limit = serializers.IntegerField(
        required=False, default=1000, min_value=0, max_value=1000, help_text="Rows of a page."
    )
    offset = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=1_000_000,
        help_text="Rows to leave out, as next_offset of the page before says.",
    )


def asked(kind: type[serializers.Serializer], request: HttpRequest) -> dict[str, Any]:
    """The checked parameters. Raises ValidationError, also for one that means nothing here: a
    filter that is ignored would find too much.
    """
    serializer = kind(data=request.GET)
    unknown = request.GET.keys() - serializer.fields.keys()
    if unknown:
        raise serializers.ValidationError(
            {name: ["There is no such parameter."] for name in sorted(unknown)}
        )
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def time_of(found: dict[str, Any]) -> TimeRange:
    return TimeRange(found.get("since", LONG_AGO), found.get("until", FAR_AHEAD))


def cursor_of(found: dict[str, Any], *kinds: type) -> list | None:
    """The parts of the cursor, None where there is none. Raises ValidationError."""
    query = QueryDict(mutable=True)
    query["cursor"] = found["cursor"]
    return cursor_in(query, *kinds)

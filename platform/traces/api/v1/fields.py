"""What /api/v1/ answers, as its schema tells it. The dictionaries are made in shapes.py, and tests
hold them to this.
"""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DictField,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
)

from traces.api.v1.problems import MEDIA_TYPE, problem

MONEY = "Dollars as text, exactly; null is unknown."


def words() -> ListField:
    return ListField(child=CharField())


def texts(help_text: str = "") -> DictField:
    return DictField(child=CharField(), help_text=help_text)


def nullable(help_text: str = "") -> CharField:
    return CharField(allow_null=True, help_text=help_text)


def moment(*, allow_null: bool = False, help_text: str = "") -> serializers.DateTimeField:
    return serializers.DateTimeField(allow_null=allow_null, help_text=help_text)


class ProblemCause(serializers.Serializer):
    parameter = CharField(allow_blank=True)
    detail = CharField()


class Problem(serializers.Serializer):
    """RFC 9457, as application/problem+json."""

    type = CharField()
    title = CharField()
    status = IntegerField()
    detail = CharField()
    errors = ProblemCause(many=True, required=False, help_text="Which parameter is wrong, and why.")


def refusal(status: int, why: str, detail: str, **more: Any) -> OpenApiResponse:
    """What a call that cannot be done is answered with, and an example of it."""
    example = OpenApiExample(HTTPStatus(status).phrase, {**problem(status, detail), **more})
    return OpenApiResponse(Problem, why, [example])


WRONG_LIMIT = {"parameter": "limit", "detail": "A valid integer is required."}
REFUSALS = {
    400: refusal(
        400,
        "What was asked or sent is wrong: errors names each parameter, and why.",
        WRONG_LIMIT["detail"],
        errors=[WRONG_LIMIT],
    ),
    401: refusal(
        401,
        "There is no API key, or one that is not known here.",
        "The API key is unknown, revoked or expired.",
    ),
    403: refusal(
        403,
        "The key lacks a scope that the call needs.",
        "This API key lacks the scope “read”.",
    ),
    404: refusal(
        404, "The key's project has nothing of that name or id.", "There is no such trace."
    ),
    422: refusal(
        422,
        "The question took more time or memory than a query may. Ask for less, such as a shorter "
        "time range.",
        "The query took too long or too much memory. Ask for a shorter time range.",
    ),
    503: refusal(
        503,
        "A store is away. Ask again after the seconds of Retry-After.",
        "The store is away for a moment. Please try again.",
    ),
}
PROBLEMS = {(status, MEDIA_TYPE): told for status, told in REFUSALS.items()}


class TraceFields(serializers.Serializer):
    id = CharField()
    name = CharField()
    started_at = moment()
    latency_ms = FloatField()
    user_id = nullable()
    session_id = nullable()
    environment = CharField()
    release = nullable()
    version = nullable()
    tags = words()
    span_count = IntegerField()
    error_count = IntegerField()
    input_tokens = IntegerField()
    output_tokens = IntegerField()
    total_tokens = IntegerField(help_text="May be more than both: a client may state it alone.")
    cost_usd = nullable(MONEY)
    unpriced_spans = IntegerField(help_text="Spans of unknown cost, which cost_usd leaves out.")


class ListedTrace(TraceFields):
    models = words()
    input_preview = nullable("The beginning of what it was asked.")
    output_preview = nullable("The beginning of what it answered.")


class SpanCore(serializers.Serializer):
    id = CharField()
    parent_id = nullable()
    type = CharField()
    name = CharField()
    level = CharField()
    status_message = nullable()
    started_at = moment()
    ended_at = moment(allow_null=True, help_text="Null while it has not ended.")
    first_token_at = moment(allow_null=True)
    input = nullable("Text as sent, or JSON as text.")
    output = nullable("Text as sent, or JSON as text.")
    metadata = texts("Text, or JSON as text, by name.")
    model = nullable()
    model_parameters = texts()
    usage = DictField(child=IntegerField(), help_text="Units by their kind.")
    cost = DictField(child=CharField(allow_null=True), help_text="Dollars by the kind of unit.")
    cost_usd = nullable(MONEY)
    price_id = nullable("The price that it was computed with.")
    prompt_name = nullable()
    prompt_version = IntegerField(allow_null=True)


class SpanFields(SpanCore):
    attributes = texts("What no other field took.")
    resource_attributes = texts()
    provider = nullable()
    cost_source = nullable("sent, computed, unknown, or null where nothing is to be paid.")
    events = ListField(child=JSONField())
    links = ListField(child=JSONField())
    marks = ListField(child=CharField(), help_text="What was amiss with what was sent.")
    service_name = nullable()
    scope_name = nullable()
    sdk = nullable()
    source = nullable("The protocol that it came by.")
    received_at = moment()


class ObservationFields(SpanCore):
    trace_id = CharField()
    user_id = nullable()
    session_id = nullable()
    environment = CharField()
    release = nullable()
    version = nullable()


class ScoreCore(serializers.Serializer):
    id = CharField()
    name = CharField()
    data_type = CharField()
    value = FloatField(allow_null=True)
    string_value = nullable()
    span_id = nullable()
    comment = nullable()
    source = CharField()
    at = moment()


class ScoreFields(ScoreCore):
    trace_id = nullable()
    session_id = nullable()
    dataset_run_id = nullable()
    metadata = texts()
    environment = CharField()
    author_user_id = nullable()


class Stated(serializers.Serializer):
    """What a client said of the trace as a whole."""

    input = nullable()
    output = nullable()
    metadata = texts()
    public = BooleanField()


class TraceDocument(TraceFields):
    spans = SpanFields(many=True)
    stated = Stated(allow_null=True)
    next_offset = IntegerField(allow_null=True)
    scores = ScoreCore(many=True)


class GroupFields(serializers.Serializer):
    id = CharField()
    trace_count = IntegerField()
    first_at = moment(help_text="When its first trace of the range started.")
    last_at = moment(help_text="When its last one did.")
    input_tokens = IntegerField()
    output_tokens = IntegerField()
    total_tokens = IntegerField()
    cost_usd = nullable(MONEY)
    unpriced_spans = IntegerField()
    error_count = IntegerField()


class SessionFields(GroupFields):
    user_ids = words()


class UserFields(GroupFields):
    session_count = IntegerField()


def page(name: str, row: type[serializers.Serializer], *, is_searched: bool) -> Any:
    """`is_searched` lists are read for a limited time, and tell how far they came."""
    fields: dict[str, Any] = {
        "data": row(many=True),
        "next_cursor": nullable("Null at the end of the list."),
    }
    if is_searched:
        fields["searched_to"] = moment(
            allow_null=True, help_text="Set where time ran out before the page was full."
        )
    return type(name, (serializers.Serializer,), fields)


TracePageFields = page("TracePage", ListedTrace, is_searched=True)
SessionPageFields = page("SessionPage", SessionFields, is_searched=True)
UserPageFields = page("UserPage", UserFields, is_searched=True)
ObservationPageFields = page("ObservationPage", ObservationFields, is_searched=False)
ScorePageFields = page("ScorePage", ScoreFields, is_searched=False)

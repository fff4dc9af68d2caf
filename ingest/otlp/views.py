"""The doors for OpenTelemetry exporters. A 2xx means stored and visible (docs/durability.md)."""

import time

from django.http import HttpResponse, JsonResponse
from rest_framework.exceptions import APIException
from rest_framework.views import APIView

from accounts.authentication import require_scope
from ingest import bodies, metrics, pipeline
from ingest.admission import Overloaded
from ingest.decoded import Decoded, MalformedPayload, TooManyRecords
from ingest.mapping.origin import Sender
from ingest.otlp import answers
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces
from ingest.otlp.logs import decode_logs
from ingest.otlp.metrics import count_metrics

# How clients spell the two encodings.
CONTENT_TYPES = {PROTOBUF: PROTOBUF, "application/protobuf": PROTOBUF, JSON: JSON}
# Headers that name a project. A key belongs to one project, so they choose none: they are kept.
PROJECT_HINTS = (
    "HTTP_LANGSMITH_PROJECT",
    "HTTP_X_BT_PARENT",
    "HTTP_X_PROJECT_NAME",
    "HTTP_PROJECT_ID",
    "HTTP_PROJECT",
)
NEWEST_INGESTION_VERSION = 4


class Refused(Exception):
    """A request that cannot be taken as it is: the answer's status, and its text for the sender."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ExportView(APIView):
    """What the three signals share: keys, the encoding of answers and the shape of errors."""

    permission_classes = (require_scope("ingest"),)

    def perform_content_negotiation(self, request, force: bool = False) -> tuple:
        """Answers come in the encoding of the question, whatever Accept says."""
        return self.renderer_classes[0](), self.renderer_classes[0].media_type

    def get_exception_handler(self):
        return refusal


class TracesView(ExportView):
    """Spans in OTLP/HTTP, as protobuf or JSON: 200 once they are stored and visible."""

    def post(self, request) -> HttpResponse:
        body, content_type = read_export(request)
        decoded = decode_traces(body, content_type, sender_of(request))
        pipeline.accept(request.auth.project_id, decoded.items, mergeable=decoded.mergeable)
        if decoded.rejected_count:
            metrics.rejected("bad_span", decoded.rejected_count)
        return answers.accepted("traces", content_type, decoded)


class LogsView(ExportView):
    """Log events of the GenAI convention complete their span or become scores; other records are
    not kept.
    """

    def post(self, request) -> HttpResponse:
        body, content_type = read_export(request)
        decoded, others = decode_logs(body, content_type, sender_of(request))
        pipeline.accept(request.auth.project_id, decoded.items, say_again=True)
        metrics.ignored("logs", others)
        if decoded.rejected_count:
            metrics.rejected("bad_log", decoded.rejected_count)
        return answers.accepted("logs", content_type, decoded)


class MetricsView(ExportView):
    """Exporters that send metrics beside their traces must not fail. Sonde counts from the spans
    themselves.
    """

    def post(self, request) -> HttpResponse:
        body, content_type = read_export(request)
        metrics.ignored("metrics", count_metrics(body, content_type))
        return answers.accepted("metrics", content_type, Decoded())


class TraceloopPromptsView(APIView):
    """OpenLLMetry asks for prompts every few seconds and logs an error where nothing answers."""

    permission_classes = (require_scope("ingest"),)

    def get(self, request) -> HttpResponse:
        return JsonResponse({"prompts": []})


class TraceloopAllowListView(APIView):
    """OpenLLMetry asks which association properties may be shown; none are hidden here."""

    permission_classes = (require_scope("ingest"),)

    def get(self, request) -> HttpResponse:
        return JsonResponse({"associationPropertyAllowList": []})


def read_export(request) -> tuple[bytes, str]:
    """The body and its encoding. What cannot be taken is refused before its body is read."""
    content_type = content_type_of(request)
    check_ingestion_version(request)
    return bodies.read_body(request), content_type


def content_type_of(request) -> str:
    said = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if found := CONTENT_TYPES.get(said):
        return found
    raise Refused(415, f"Content-Type must be {PROTOBUF} or {JSON}.")


def answer_type_of(request) -> str:
    """The encoding of an answer to a request whose own may be unknown."""
    try:
        return content_type_of(request)
    except Refused:
        return JSON


def check_ingestion_version(request) -> None:
    said = request.META.get("HTTP_X_LANGFUSE_INGESTION_VERSION", "").strip()
    if not said:
        return
    if not (said.isascii() and said.isdigit() and int(said[:9]) <= NEWEST_INGESTION_VERSION):
        raise Refused(
            400, f"x-langfuse-ingestion-version must be a number up to {NEWEST_INGESTION_VERSION}."
        )


def sender_of(request) -> Sender:
    said = request.META
    return Sender(
        project_id=request.auth.project_id,
        received_at=time.time_ns(),
        sdk_name=said.get("HTTP_X_LANGFUSE_SDK_NAME", ""),
        sdk_version=said.get("HTTP_X_LANGFUSE_SDK_VERSION", ""),
        project_hint=next((hint for name in PROJECT_HINTS if (hint := said.get(name))), ""),
    )


def refusal(error: Exception, context: dict) -> HttpResponse | None:
    """The answer to a request that failed; None for a failure of ours, which is no answer but a
    bug.
    """
    content_type = answer_type_of(context["request"])
    if isinstance(error, Refused | bodies.BodyError):
        return answers.refused(error.status, str(error), content_type)
    if isinstance(error, MalformedPayload):
        metrics.rejected("malformed")
        return answers.refused(400, str(error), content_type)
    if isinstance(error, TooManyRecords):
        metrics.rejected("too_many")
        return answers.refused(413, str(error), content_type)
    if isinstance(error, Overloaded):
        response = answers.refused(
            503, "Nothing can be stored at the moment. Send it again.", content_type
        )
        response["Retry-After"] = str(error.retry_after)
        return response
    if isinstance(error, APIException):
        return _refusal_of_framework(error, content_type)
    return None


def _refusal_of_framework(error: APIException, content_type: str) -> HttpResponse:
    response = answers.refused(error.status_code, str(error.detail), content_type)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response

"""GET and POST /api/v1/metrics/query: flat rows, as Grafana's Infinity source and programs read."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from accounts.authentication import require_scope
from dashboards.api.asked import MetricsAsked, Values, question_in
from traces.api.body import JsonBody, object_in
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View
from traces.api.v1.shapes import moment_text
from traces.queries.metrics import TIME, Answer, Unanswerable, ask

REST = "(other)"


class MetricsColumn(serializers.Serializer):
    name = serializers.CharField()
    kind = serializers.ChoiceField(("time", "dimension", "measure"))
    unit = serializers.CharField(help_text="seconds, dollars, tokens, tokens/s, share, count, …")
    is_exact = serializers.BooleanField(help_text="Otherwise within about one per cent.")


class MetricsAnswer(serializers.Serializer):
    columns = MetricsColumn(many=True)
    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        help_text="By the columns' names. null is unknown and 0 is known to be nothing; a dimension"
        " that is (other) is all values beyond the first `limit` together.",
    )
    bucket = serializers.CharField(allow_null=True, help_text="The width of the rows' time.")
    series = serializers.IntegerField(
        allow_null=True, help_text="Combinations of the dimensions that there are."
    )


class Unanswered(exceptions.APIException):
    status_code = 422


class MetricsQuery(V1View):
    permission_classes = (require_scope("read"),)
    parser_classes = (JsonBody,)

    @extend_schema(
        operation_id="query_metrics",
        tags=["Metrics"],
        summary="Counts, latencies, tokens, costs and scores, grouped and over time",
        description="Lists are written with commas or by repeating the parameter.",
        parameters=[MetricsAsked],
        responses={200: MetricsAnswer, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        given = {name: request.GET.getlist(name) for name in request.GET}
        return answered(request, Values.of_address(given))

    @extend_schema(
        operation_id="query_metrics_by_body",
        tags=["Metrics"],
        summary="The same, asked in a body",
        description="For queries that are too long for an address.",
        request=MetricsAsked,
        responses={200: MetricsAnswer, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        return answered(request, Values(dict(object_in(request.data))))


def answered(request: HttpRequest, values: Values) -> Response:
    try:
        return Response(shape(ask(question_in(request.auth.project_id, values))))
    except Unanswerable as error:
        raise Unanswered(str(error)) from None


def shape(answer: Answer) -> dict[str, Any]:
    return {
        "columns": [
            {"name": one.name, "kind": one.kind, "unit": one.unit, "is_exact": one.is_exact}
            for one in answer.columns
        ],
        "rows": [_row(answer, row) for row in answer.rows],
        "bucket": answer.bucket,
        "series": answer.series,
    }


def _row(answer: Answer, row: dict[str, Any]) -> dict[str, Any]:
    found = dict(row)
    if TIME in row:
        found[TIME] = moment_text(row[TIME])
    for column in answer.columns:
        if column.kind == "dimension" and row[column.name] is None:
            found[column.name] = REST
    return found

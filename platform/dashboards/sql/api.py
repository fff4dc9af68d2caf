"""POST /api/v1/sql."""

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from accounts.authentication import require_scope
from dashboards.sql.files import as_rows
from traces.api.body import JsonBody, object_in
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View
from traces.errors import Refused
from traces.queries.free_sql.ask import MAX_ROWS, NotAllowed, ask
from traces.queries.free_sql.tokens import MAX_CHARACTERS


class SqlAsked(serializers.Serializer):
    sql = serializers.CharField(max_length=MAX_CHARACTERS, help_text="One SELECT statement.")
    limit = serializers.IntegerField(
        required=False, default=MAX_ROWS, min_value=1, max_value=MAX_ROWS, help_text="Rows at most."
    )


class SqlColumn(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField(help_text="As ClickHouse names it.")


class SqlAnswer(serializers.Serializer):
    columns = SqlColumn(many=True)
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True)),
        help_text="Values in the order of the columns; decimals as text, times in ISO 8601.",
    )
    is_cut = serializers.BooleanField(help_text="Whether there are more rows than these.")


class Unaskable(exceptions.APIException):
    status_code = 422


class SqlView(V1View):
    permission_classes = (require_scope("read"),)
    parser_classes = (JsonBody,)

    @extend_schema(
        operation_id="run_sql",
        tags=["SQL"],
        summary="A SELECT over the project's own traces, spans and scores",
        description="Read-only, one statement, bounded in time, memory and rows.",
        request=SqlAsked,
        responses={200: SqlAnswer, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        asked = SqlAsked(data=object_in(request.data))
        asked.is_valid(raise_exception=True)
        found = asked.validated_data
        try:
            table = ask(request.auth.project_id, found["sql"], most=found["limit"])
        except (NotAllowed, Refused) as error:
            raise Unaskable(str(error)) from None
        return Response(as_rows(table))

"""What SDKs ask before they send: is the server there, and whose key is this."""

from django.db import DatabaseError, connection
from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import require_scope
from accounts.grants import Grant
from traces.api.view import LangfuseView

API_VERSION = "4.59.0"  # the Langfuse server whose API this is: the first that SDK 5 asks for


class AnySecretKey(BasePermission):
    """Every key may ask what it is, whatever else it may do. A public key alone is no proof."""

    def has_permission(self, request: HttpRequest, view: APIView) -> bool:
        return isinstance(request.auth, Grant) and not request.auth.publishable


class ProjectsView(LangfuseView):
    """GET /api/public/projects: the key's own project and no other. SDKs check keys with it."""

    permission_classes = (AnySecretKey,)

    def get(self, request: HttpRequest) -> Response:
        grant = request.auth
        project = {
            "id": grant.project_id,
            "name": grant.project_name,
            "organization": {"id": grant.organisation_id, "name": grant.organisation_name},
            "metadata": {},
        }
        return Response({"data": [project]})


class NotServedView(LangfuseView):
    """Whatever else an SDK asks for: a 404 in the shape that its types know, not a page."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        raise NotFound(f"{request.method} {request.path} is not served here")

    post = put = patch = delete = get


class HealthView(APIView):
    """GET /api/public/health and /ready: open to all, and says nothing of what is stored.

    With `failIfDatabaseUnavailable=true` it is 503 while Postgres is away; without, 200 means that
    the server answers, which is what makes a load balancer keep sending: ingest does not need
    Postgres.
    """

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: HttpRequest) -> Response:
        asked = request.GET.get("failIfDatabaseUnavailable", "").lower() == "true"
        if asked and not database_answers():
            return Response({"status": "Database not available", "version": API_VERSION}, 503)
        return Response({"status": "OK", "version": API_VERSION})


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True

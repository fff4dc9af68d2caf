"""Health and metrics, for load balancers and Prometheus."""

import ipaddress
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.permissions import BasePermission
from rest_framework.views import APIView

from accounts.authentication import ApiKeyAuthentication, require_scope
from ingest import health, metrics

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. A store that is away is no reason to restart it."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Pages and ingest both work."""
    found = health.answers()
    return readiness(request, health.is_ready(found), found)


@login_not_required
@require_safe
@never_cache
def readyz_ingest(request: HttpRequest) -> HttpResponse:
    """Traces are taken. Stays ready while ClickHouse is away, for then they are held."""
    found = health.answers()
    return readiness(request, health.can_ingest(found), found)


def readiness(
    request: HttpRequest, is_ready: bool, found: dict[str, health.Answer]
) -> HttpResponse:
    status = 200 if is_ready else 503
    if request.GET.get("verbose"):
        dependencies = {
            name: {"up": answer.is_up, "ms": answer.milliseconds} for name, answer in found.items()
        }
        return JsonResponse({"ready": is_ready, "dependencies": dependencies}, status=status)
    away = ", ".join(name for name, answer in found.items() if not answer.is_up)
    text = f"away: {away}\n" if away else "ok\n"
    return HttpResponse(text, status=status, content_type="text/plain")


class MetricsAuthentication(ApiKeyAuthentication):
    """This machine, SONDE_METRICS_TOKEN as a Bearer, or an API key (which then needs its scope)."""

    def authenticate(self, request):
        if is_local(request) or bears_token(request.META):
            return None, "metrics"
        return super().authenticate(request)


def is_local(request: HttpRequest) -> bool:
    """From this machine, and not by a proxy on it that speaks for somebody else.

    A proxy may say nothing of that. Then it shows in what Sonde is called, or listens on.
    """
    if settings.TRUST_PROXY or any(request.META.get(name) for name in FORWARDED):
        return False
    names = (
        settings.HOST,
        urlsplit(settings.BASE_URL).hostname,
        urlsplit(f"//{request.get_host()}").hostname,
        request.META.get("REMOTE_ADDR"),
    )
    return all(is_loopback(name or "") for name in names)


def is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def bears_token(environ: dict) -> bool:
    token = settings.METRICS_TOKEN
    shown = environ.get("HTTP_AUTHORIZATION", "").encode()
    return bool(token) and secrets.compare_digest(shown, f"Bearer {token}".encode())


class MayReadMetrics(BasePermission):
    """Whom MetricsAuthentication let in, and keys with the scope `admin`."""

    of_keys = require_scope("admin")()
    message = of_keys.message

    def has_permission(self, request, view) -> bool:
        return request.auth == "metrics" or self.of_keys.has_permission(request, view)


@method_decorator(login_not_required, name="dispatch")
class Metrics(APIView):
    """Prometheus' text format. docs/durability.md says what the figures promise."""

    authentication_classes = (MetricsAuthentication,)
    permission_classes = (MayReadMetrics,)

    def get(self, request) -> HttpResponse:
        return HttpResponse(metrics.exposition(health.Gauges()), content_type=CONTENT_TYPE_LATEST)

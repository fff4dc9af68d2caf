"""The page behind a signed link of a message: acknowledge or silence one incident, without a login.

To open it changes nothing, because mail programs open links by themselves; its button does. It
tells the rule's name and the incident's state, and nothing else of the project.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from redis.exceptions import RedisError

from accounts.login_limit import client_address
from accounts.models import digest_of
from alerts.incidents import acting, links
from alerts.incidents.forms import DURATIONS, hours_in
from alerts.incidents.saying import state_of
from alerts.incidents.views import matchers_of
from evals.scores.pace import WINDOW_SECONDS, count

MOST_OF_AN_ADDRESS, LOOKS = 120, 4  # in WINDOW_SECONDS; an office may share an address


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
@csrf_exempt  # the address is the permission, and no cookie is looked at
def incident_link(request: HttpRequest, token: str) -> HttpResponse:
    """404 for a link that is wrong or too old, and where the incident is gone."""
    if is_too_fast(request):
        response = render(request, "alerts/incidents/link.html", {"is_slowed": True}, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    found = links.opened(token)
    if found is None:
        raise Http404("There is no such link.")
    context: dict[str, Any] = {"why": ""}
    if request.method == "POST" and found.incident.is_open:
        context = done(request, found)
        found.incident.refresh_from_db()
    context |= {
        "incident": found.incident,
        "state": str(state_of(found.incident)),
        "deed": str(found.deed),
        "durations": DURATIONS,
    }
    response = render(request, "alerts/incidents/link.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def done(request: HttpRequest, found: links.Opened) -> dict[str, Any]:
    if found.deed == links.Deed.ACKNOWLEDGE:
        acting.acknowledge(found.incident.pk, None, via=acting.BY_LINK)
        return {"is_done": True}
    hours = hours_in(request.POST.get("hours", ""))
    try:
        silence = acting.silence_once(
            found.incident.project,
            matchers_of(found.incident),
            ends_at=timezone.now() + timedelta(hours=hours),
            comment=_("By the link of a message"),
        )
    except acting.CannotSilence as error:
        return {"why": str(error)}
    return {"is_done": True, "until": silence.ends_at}


def is_too_fast(request: HttpRequest) -> bool:
    """Counts this one. While Valkey is away nobody is counted: there is no guessing a signature."""
    kind, times = ("deed", 1) if request.method == "POST" else ("look", LOOKS)
    address = digest_of(f"alert-link\0{client_address(request)}")
    try:
        return count(f"alert-link-{kind}-{address}") > times * MOST_OF_AN_ADDRESS
    except (RedisError, OSError):
        return False

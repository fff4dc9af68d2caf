"""Making feedback links on a trace's page, and closing or revoking them in the settings."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import project_for
from accounts.roles import LEAST_ROLE, Role
from evals.scores import feedback
from evals.scores.feedback import CONFIG, RATING, THUMBS, Asked, Link, NoLink
from evals.scores.models import ScoreConfig
from evals.scores.targets import Target, environment_of, target_in
from evals.scores.views.scoring import place_of
from traces.views.away import tells_when_away

DAYS = (1, 7, 30, 90)
NAMES = {THUMBS: "user-feedback", RATING: "user-rating"}


@never_cache
@tells_when_away
def feedback_link(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?trace=&span=`: what the link shall ask, and once made, its address."""
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    target = target_in(request.POST if request.method == "POST" else request.GET)
    environment_of(project.id, target)  # there is such a trace
    context = {
        "project": project,
        "target": target,
        "place": place_of(project, target),
        "configs": ScoreConfig.objects.filter(project=project, is_archived=False)[:100],
        "days": DAYS,
    }
    if request.method == "POST":
        try:
            context |= made(request, project.id, target)
        except NoLink as error:
            messages.error(request, str(error))
    return render(request, "scores/feedback_link.html", context)


def made(request: HttpRequest, project_id: str, target: Target) -> dict:
    days = request.POST.get("days", "")
    link = Link(
        project_id=project_id,
        trace_id=target.trace_id,
        observation_id=target.observation_id,
        asked=(asked_in(request, project_id),),
        question=request.POST.get("question", "").strip().replace("\0", ""),
        takes_comment="comment" in request.POST,
        takes_correction="correction" in request.POST,
    )
    lasts = timedelta(days=int(days) if days in map(str, DAYS) else 7)
    address, expires_at = feedback.address_of(
        link, seconds=int(lasts.total_seconds()), now=timezone.now()
    )
    return {"address": address, "expires_at": expires_at}


def asked_in(request: HttpRequest, project_id: str) -> Asked:
    chosen = request.POST.get("ask", "")
    if chosen in NAMES:
        return Asked(NAMES[chosen], chosen)
    config = ScoreConfig.objects.filter(
        project=project_id,
        pk=chosen.removeprefix(f"{CONFIG}:").replace("\0", ""),
        is_archived=False,
    ).first()
    if config is None:
        raise NoLink(_("Choose what the link asks for."))
    return feedback.by_config(config)


@require_POST
def feedback_settings(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["manage_keys"]))
    wanted = request.POST.get("do", "")
    if wanted == "revoke":
        feedback.revoke_all(project, user=request.user.pk)
        messages.success(request, _("Every link made so far is revoked."))
    elif wanted in ("open", "close"):
        feedback.open_links(project, wanted == "open", user=request.user.pk)
        messages.success(
            request,
            _("Feedback links are open.") if wanted == "open" else _("Feedback links are closed."),
        )
    return redirect("score-configs", project.id)

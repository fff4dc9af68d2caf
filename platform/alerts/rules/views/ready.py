"""The ready-made rules: what each does and would have done, and one click that switches it on."""

import time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import project_for
from accounts.models import Project
from alerts.rules import changing
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.models import MAX_NAME, Rule
from alerts.rules.ready_made import BY_KEY, READY_MADE, ReadyMade
from alerts.rules.saying import sentence, tiers
from alerts.rules.scored import score_names
from alerts.rules.trying import tried
from alerts.rules.views.asked import editable
from alerts.rules.words import judged_of, lasting
from traces.errors import Refused, Unavailable
from traces.queries.metrics import Unanswerable

MAX_SCORE = 200


@require_http_methods(["GET", "HEAD", "POST"])
def ready_rules(request: HttpRequest, project_id: str) -> HttpResponse:
    """POST switches the one of `key` on, with its `score` or `amount`."""
    if request.method == "POST":
        return _switched_on(request, editable(request, project_id))
    project = project_for(request.user, project_id)
    rules: dict[str, list[Rule]] = {}
    for rule in Rule.objects.filter(project=project).exclude(ready_made=""):
        rules.setdefault(rule.ready_made, []).append(rule)
    cards = [
        (one, _words(one), tiers(one.definition), rules.get(one.key, [])) for one in READY_MADE
    ]
    context = {"project": project, "cards": cards, "scores": _names(project)}
    return render(request, "alerts/rules/ready.html", context)


@require_safe
def ready_facts(request: HttpRequest, project_id: str, key: str) -> HttpResponse:
    """A fragment: what the rule says at present, and how often it would have fired."""
    project = project_for(request.user, project_id)
    context: dict[str, object] = {"project": project}
    try:
        wanted = made_of(ready_of(key), request.GET)
        found = tried(project.id, wanted, int(time.time()))
        value = judged_of(wanted, found.value)
        context |= {"found": found, "value": value, "time": lasting(found.seconds)}
    except WrongRule as error:
        context["problem"] = str(error)
    except (Unavailable, Unanswerable, Refused):
        context["problem"] = _("This could not be worked out now.")
    return render(request, "alerts/rules/_ready_facts.html", context)


def _words(one: ReadyMade) -> str:
    """Nothing of an amount that nobody has said."""
    return "" if one.needs_amount else sentence(one.definition)


def ready_of(key: str) -> ReadyMade:
    if key not in BY_KEY:
        raise Http404("There is no such ready-made rule.")
    return BY_KEY[key]


def made_of(one: ReadyMade, data: QueryDict) -> Definition:
    """With the score or amount that a form sends. Raises WrongRule."""
    score = data.get("score", "").replace("\0", "").strip()[:MAX_SCORE]
    return one.made(score=score if one.needs_score else "", amount=_amount(data.get("amount", "")))


def name_of(one: ReadyMade, data: QueryDict) -> str:
    score = data.get("score", "").replace("\0", "").strip() if one.needs_score else ""
    return (f"{one.title}: {score}" if score else str(one.title))[:MAX_NAME]


def _amount(text: str) -> float | None:
    try:
        return float(text.strip().removeprefix("$")[:20])
    except ValueError:
        return None


def _switched_on(request: HttpRequest, project: Project) -> HttpResponse:
    one = ready_of(request.POST.get("key", ""))
    if request.POST.get("do") == "edit":
        told = {name: request.POST.get(name, "") for name in ("key", "score", "amount")}
        return redirect(f"{reverse('alerts-rule-new', args=[project.id])}?{urlencode(told)}")
    try:
        wanted = made_of(one, request.POST)
        rule = changing.made(
            project,
            changing.free_name(project, name_of(one, request.POST)),
            wanted,
            author=request.user,
            ready_made=one.key,
        )
        messages.success(request, _("“%(name)s” is on.") % {"name": rule.name})
    except WrongRule as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('alerts-rules-ready', args=[project.id])}#ready-{one.key}")


def _names(project: Project) -> list[str]:
    """None while the store is away: a name can still be typed."""
    try:
        return score_names(project.id, time.time_ns())
    except (Unavailable, Unanswerable):
        return []

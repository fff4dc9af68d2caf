"""All rules of a project, switched on and off, and deleted."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from alerts.incidents.models import Incident
from alerts.rules import changing
from alerts.rules.listing import STATES, found, lines
from alerts.rules.models import MOST_RULES, Rule
from alerts.rules.views.asked import editable, rule_of

A_PAGE = 50
MAX_TEXT = 200


@require_safe
@vary_on_headers("HX-Request")
def rule_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    text = request.GET.get("q", "").replace("\0", "").strip()[:MAX_TEXT]
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    page = Paginator(found(project, text=text, state=state), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "project": project,
        "page": page,
        "lines": lines(page),
        "any": bool(page.paginator.count or Rule.objects.filter(project=project).exists()),
        "q": text,
        "state": state,
        "states": STATES.items(),
        "most": MOST_RULES,
    }
    template = "_lines" if request.htmx else "list"
    return render(request, f"alerts/rules/{template}.html", context)


@require_POST
def rule_switch(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    """`on` is yes or no. htmx gets the rule's line, which offers the way back."""
    project = editable(request, project_id)
    rule = rule_of(project, rule_id)
    is_on = request.POST.get("on") == "yes"
    changing.switch(rule, is_on, request.user)
    if request.htmx:
        context = {"project": project, "line": lines([rule])[0], "just_switched": True}
        return render(request, "alerts/rules/_line.html", context)
    words = _("“%(name)s” is on.") if is_on else _("“%(name)s” is off.")
    messages.success(request, words % {"name": rule.name})
    return redirect("alerts-rules", project.id)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_delete(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    """GET asks, POST does it."""
    project = editable(request, project_id)
    rule = rule_of(project, rule_id)
    if request.method == "POST":
        changing.remove(rule, request.user)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": rule.name})
        return redirect("alerts-rules", project.id)
    firing = Incident.objects.filter(rule_id=rule.pk, resolved_at=None).count()
    context = {"project": project, "rule": rule, "firing": firing}
    return render(request, "alerts/rules/delete.html", context)

"""All monitors of a project, ready-made ones, and what is done to one at a time."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from evals.drift import changing
from evals.drift.filled import SAID
from evals.drift.listing import CHOICES, found, lines
from evals.drift.models import MAX_KEY, DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.ready_made import BY_KEY, READY_MADE, switch_on
from evals.drift.views.asked import editable, monitor_of, page
from evals.drift.windows import InvalidBaseline

A_PAGE = 50
MAX_TEXT = 200


@require_safe
@vary_on_headers("HX-Request")
def monitor_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    text = request.GET.get("q", "").replace("\0", "").strip()[:MAX_TEXT]
    state = request.GET.get("state", "")
    state = state if state in CHOICES else ""
    monitors = found(project, text=text, state=state)
    shown = Paginator(monitors, A_PAGE).get_page(request.GET.get("page"))
    made = set(
        DriftMonitor.objects.filter(project=project).exclude(ready_made="")
        .values_list("ready_made", flat=True)
    )  # fmt: skip
    context = {
        "project": project,
        "page": shown,
        "lines": lines(shown),
        "any": bool(shown.paginator.count or DriftMonitor.objects.filter(project=project).exists()),
        "q": text,
        "state": state,
        "states": CHOICES.items(),
        "ready": [(one, one.key in made and not one.needs_score) for one in READY_MADE],
    }
    template = "_lines" if request.htmx else "list"
    return render(request, f"drift/{template}.html", context)


@require_POST
def monitor_ready(request: HttpRequest, project_id: str) -> HttpResponse:
    """Switches the ready-made monitor of `key` on, with its `score` where it takes one."""
    project = editable(request, project_id)
    one = BY_KEY.get(request.POST.get("key", ""))
    if one is None:
        raise Http404("There is no such ready-made monitor.")
    score = request.POST.get("score", "").replace("\0", "").strip()[:MAX_KEY]
    try:
        monitor = switch_on(project, one.key, request.user, score=score if one.needs_score else "")
        messages.success(request, _("“%(name)s” is on.") % {"name": monitor.name})
    except (InvalidMonitor, InvalidBaseline) as error:
        messages.error(request, str(error))
    return redirect("drift-monitors", project.id)


@require_POST
def monitor_switch(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """`on` is yes or no. htmx gets the monitor's line, which offers the way back."""
    project = editable(request, project_id)
    monitor = monitor_of(project, monitor_id)
    is_on = request.POST.get("on") == "yes"
    changing.switch(monitor, is_on=is_on)
    if request.htmx:
        context = {"project": project, "line": lines([monitor])[0], "just_switched": True}
        return render(request, "drift/_line.html", context)
    words = _("“%(name)s” is on.") if is_on else _("“%(name)s” is off.")
    messages.success(request, words % {"name": monitor.name})
    return redirect("drift-monitor", project.id, monitor.pk)


@page
def monitor_delete(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """GET asks, POST does it."""
    project = editable(request, project_id)
    monitor = monitor_of(project, monitor_id)
    if request.method == "POST":
        changing.delete(monitor)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": monitor.name})
        return redirect("drift-monitors", project.id)
    context = {"project": project, "monitor": monitor, "verdicts": monitor.verdicts.count()}
    return render(request, "drift/delete.html", context)


@require_POST
def monitor_duplicate(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """The copy is off, without verdicts, and opens to be changed."""
    project = editable(request, project_id)
    monitor = monitor_of(project, monitor_id)
    copy = copied(monitor)
    try:
        changing.save(copy, request.user)
    except (InvalidMonitor, InvalidBaseline) as error:
        messages.error(request, str(error))
        return redirect("drift-monitor", project.id, monitor.pk)
    messages.success(request, _("“%(name)s” is a copy, and off.") % {"name": copy.name})
    return redirect("drift-monitor-edit", project.id, copy.pk)


def copied(monitor: DriftMonitor) -> DriftMonitor:
    """Not yet saved; what it found and learnt stays with the other."""
    plain = {name: getattr(monitor, name) for name in ("project", "baseline", *SAID)}
    name = changing.free_name(monitor.project, monitor.name)
    return DriftMonitor(**plain, name=name, is_on=False)


@require_POST
def monitor_run(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """The monitor's page shows that it runs until its verdict is there."""
    project = editable(request, project_id)
    changing.run_now(monitor_of(project, monitor_id))
    return redirect("drift-monitor", project.id, monitor_id)

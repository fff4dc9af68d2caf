"""An evaluator: its executions, its versions, and switching it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from evals.judges import evaluators, listing, reasons, tasks
from evals.judges.models import State, Status
from evals.judges.views.asked import editable, evaluator_of, page, paged

MOST_VERSIONS = 50


@require_safe
def evaluator_page(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    """`?status=` narrows the executions, `?version=` too; `?part=executions` is what the page asks
    for while some wait.
    """
    project = project_for(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    status, number = request.GET.get("status", ""), request.GET.get("version", "")
    executions = evaluator.executions.select_related("version")
    if status in Status.values:
        executions = executions.filter(status=status)
    if number.isascii() and number.isdigit() and len(number) < 9:
        executions = executions.filter(version__number=int(number))
    now = timezone.now()
    [line] = listing.lines([evaluator], now)
    shown = paged(request, executions.defer("sent", "answer", "items"))
    context = {
        "project": project,
        "evaluator": evaluator,
        "line": line,
        "version": line.version,
        "versions": evaluator.versions.select_related("author", "connection")[:MOST_VERSIONS],
        "spent": listing.spent_today(evaluator, now),
        "found": shown,
        "rows": [(one, reasons.words_of(one.error) if one.error else "") for one in shown],
        "status": status,
        "number": number,
        "statuses": Status.choices,
        "can_be_retried": evaluator.executions.filter(status=Status.FAILED).exists(),
    }
    is_part = request.GET.get("part") == "executions" and request.htmx
    return render(request, f"judges/{'_part' if is_part else 'evaluator'}.html", context)


@require_POST
def evaluator_state(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    """`do` is on, off or pause."""
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    match request.POST.get("do"):
        case "on":
            is_on = evaluators.turn_on(evaluator, request.user) == State.ACTIVE
            tasks.hand_over()
            resumed = _("It is resumed, and off: what waits is judged, nothing new is taken.")
            messages.success(request, _("It is on.") if is_on else resumed)
        case "off":
            evaluators.turn_off(evaluator, request.user)
            messages.success(request, _("It is off. What waits already is still judged."))
        case "pause":
            evaluators.pause(evaluator, reasons.BY_HAND, user=request.user)
            messages.success(request, _("It is paused. Nothing of it runs until it is resumed."))
    return redirect("evaluator-page", project.id, evaluator.pk)


@require_POST
def evaluator_retry(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    """All that failed, once more."""
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    again = evaluators.retry(evaluator.executions.all())
    tasks.hand_over()
    messages.success(request, _("%(n)d executions wait for another try.") % {"n": again})
    return redirect("evaluator-page", project.id, evaluator.pk)


@page
def evaluator_delete(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    if request.method == "POST":
        evaluators.delete(evaluator, request.user)
        messages.success(request, _("The evaluator is deleted. The scores it gave stay."))
        return redirect("evaluator-list", project.id)
    context = {
        "project": project,
        "evaluator": evaluator,
        "executions": evaluator.executions.count(),
    }
    return render(request, "judges/delete.html", context)

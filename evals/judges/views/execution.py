"""One judgement: what was sent, what came back, what became of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from evals.judges import evaluators, reasons, tasks
from evals.judges.models import Status
from evals.judges.views.asked import editable, evaluator_of
from prompts.playground.verdict import pretty_of


@require_safe
def execution_page(
    request: HttpRequest, project_id: str, evaluator_id: str, execution_id: int
) -> HttpResponse:
    project = project_for(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    found = evaluator.executions.select_related("version", "run")
    execution = get_object_or_404(found, pk=execution_id)
    context = {
        "project": project,
        "evaluator": evaluator,
        "execution": execution,
        "reason": reasons.words_of(execution.error) if execution.error else "",
        "answer": pretty_of(execution.answer) or execution.answer,
        "is_failed": execution.status == Status.FAILED,
    }
    return render(request, "judges/execution.html", context)


@require_POST
def execution_retry(
    request: HttpRequest, project_id: str, evaluator_id: str, execution_id: int
) -> HttpResponse:
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    evaluators.retry(evaluator.executions.filter(pk=execution_id))
    tasks.hand_over()
    return redirect("evaluator-execution", project.id, evaluator.pk, execution_id)

"""Which new traces an evaluator judges, and what it may cost a day."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evals.judges import evaluators
from evals.judges.forms import RuleForm
from evals.judges.models import State
from evals.judges.views.asked import editable, evaluator_of, page


@page
def evaluator_rule(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    rule = evaluator.rule
    initial = {
        "target": rule.target,
        "query": rule.query,
        "percent": f"{rule.sampling * 100:g}",
        "delay_seconds": rule.delay_seconds,
        "daily_budget": None if rule.daily_budget is None else f"{rule.daily_budget.normalize():f}",
    }
    form = RuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        evaluators.change_rule(evaluator, form.wish, request.user)
        if request.POST.get("do") == "on":
            if evaluator.state == State.PAUSED:
                evaluators.turn_off(evaluator, request.user)  # and on from now, whatever it was
            evaluators.turn_on(evaluator, request.user)
            messages.success(request, _("It is on: traces that finish from now on are judged."))
        else:
            messages.success(request, _("The rule is saved."))
        return redirect("evaluator-page", project.id, evaluator.pk)
    context = {
        "project": project,
        "evaluator": evaluator,
        "form": form,
        "is_on": evaluator.state == State.ACTIVE,
    }
    status = 400 if form.errors else 200
    return render(request, "judges/rule.html", context, status=status)

"""Making, changing, archiving and restoring a budget."""

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Project
from dashboards.boards.state import zone_of
from dashboards.budgets import changing
from dashboards.budgets.changing import By, NotPossible
from dashboards.budgets.forms import BudgetForm, initial_of
from dashboards.budgets.models import Budget
from dashboards.budgets.views.asked import budget_of, editable, page

ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


@page
def budget_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """The form may be filled in by the address: `?dimension=model&value=gpt-4o`."""
    project = editable(request, project_id)
    said = {name: request.GET[name] for name in BudgetForm.Meta.fields if request.GET.get(name)}
    initial = {**initial_of(None, zone_of(request)), **said}
    return edited(request, project, None, BudgetForm(request.POST or None, initial=initial))


@page
def budget_edit(request: HttpRequest, project_id: str, budget_id: str) -> HttpResponse:
    project = editable(request, project_id)
    budget = budget_of(project, budget_id)
    shown = budget_of(project, budget_id)  # the form writes into it, also what is refused
    form = BudgetForm(request.POST or None, instance=shown, initial=initial_of(budget, "UTC"))
    return edited(request, project, budget, form)


def edited(
    request: HttpRequest, project: Project, budget: Budget | None, form: BudgetForm
) -> HttpResponse:
    if form.is_bound and form.is_valid() and (made := saved(request, project, budget, form)):
        messages.success(request, _("“%(name)s” is saved.") % {"name": made.name})
        return redirect("budget", project.id, made.pk)
    context = {"project": project, "budget": budget, "form": form, "zones": ZONES}
    status = 400 if form.errors else 200
    return render(request, "dashboards/budgets/edit.html", context, status=status)


def saved(
    request: HttpRequest, project: Project, budget: Budget | None, form: BudgetForm
) -> Budget | None:
    by = By(user=request.user)
    try:
        if budget is None:
            return changing.add(project, form.wish(), by)
        return changing.change(budget, form.wish(), by)
    except NotPossible as error:
        form.add_error(None, str(error))
        return None


@require_POST
def budget_archive(request: HttpRequest, project_id: str, budget_id: str) -> HttpResponse:
    """`archive` is yes or no. The list then offers the way back."""
    project = editable(request, project_id)
    budget = budget_of(project, budget_id)
    is_archived = request.POST.get("archive") == "yes"
    changing.archive(budget, By(user=request.user), is_archived=is_archived)
    address = reverse("budget-list", args=[project.id])
    if is_archived:
        return redirect(f"{address}?archived={budget.pk}")
    messages.success(request, _("“%(name)s” counts again.") % {"name": budget.name})
    return redirect(address)

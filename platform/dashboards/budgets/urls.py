"""Budgets, what they will come to, and what was unusual."""

from django.urls import path

from dashboards.budgets.api.views import BudgetsView, BudgetView
from dashboards.budgets.views import anomalies, editing, forecast, lists, one

budgets = "projects/<str:project_id>/budgets"
budget = f"{budgets}/<str:budget_id>"

urlpatterns: list = [
    path("api/v1/budgets", BudgetsView.as_view()),
    path("api/v1/budgets/<str:budget_id>", BudgetView.as_view()),
    path(budgets, lists.budget_list, name="budget-list"),
    path(f"{budgets}/new", editing.budget_create, name="budget-create"),
    path(f"{budgets}/forecast", forecast.cost_forecast, name="cost-forecast"),
    path(f"{budgets}/forecast/anomalies", anomalies.cost_anomalies, name="cost-anomalies"),
    path(budget, one.budget_page, name="budget"),
    path(f"{budget}/edit", editing.budget_edit, name="budget-edit"),
    path(f"{budget}/archive", editing.budget_archive, name="budget-archive"),
]

"""Pages of acting on drift."""

from django.urls import path

from evals.drift.acting import views

monitor = "projects/<str:project_id>/drift/<str:monitor_id>"
verdict = f"{monitor}/verdicts/<str:verdict_id>"
one = f"{monitor}/actions/<str:action_id>"

urlpatterns = [
    path(f"{monitor}/actions", views.action_list, name="drift-actions"),
    path(f"{one}/switch", views.action_switch, name="drift-action-switch"),
    path(f"{one}/delete", views.action_delete, name="drift-action-delete"),
    path(f"{monitor}/action-runs", views.run_list, name="drift-action-runs"),
    path(f"{verdict}/act", views.act, name="drift-act"),
    path(f"{verdict}/action-runs", views.run_list, name="drift-verdict-action-runs"),
]

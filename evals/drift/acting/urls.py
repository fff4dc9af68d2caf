"""Pages of acting on drift."""

from django.urls import path

from evals.drift.acting import views
from evals.drift.acting.triggers import views as triggers

monitor = "projects/<str:project_id>/drift/<str:monitor_id>"
verdict = f"{monitor}/verdicts/<str:verdict_id>"
one = f"{monitor}/actions/<str:action_id>"

all_triggers = "projects/<str:project_id>/drift/triggers"
trigger = f"{all_triggers}/<str:trigger_id>"

urlpatterns = [
    path(all_triggers, triggers.trigger_list, name="drift-triggers"),
    path(f"{all_triggers}/new", triggers.trigger_new, name="drift-trigger-new"),
    path(trigger, triggers.trigger_edit, name="drift-trigger-edit"),
    path(f"{trigger}/switch", triggers.trigger_switch, name="drift-trigger-switch"),
    path(f"{trigger}/delete", triggers.trigger_delete, name="drift-trigger-delete"),
    path(f"{monitor}/actions", views.action_list, name="drift-actions"),
    path(f"{one}/switch", views.action_switch, name="drift-action-switch"),
    path(f"{one}/delete", views.action_delete, name="drift-action-delete"),
    path(f"{monitor}/action-runs", views.run_list, name="drift-action-runs"),
    path(f"{verdict}/act", views.act, name="drift-act"),
    path(f"{verdict}/action-runs", views.run_list, name="drift-verdict-action-runs"),
]

"""The pages of checks."""

from django.urls import path

from evals.checks.views import deleting, editing, lists, runs

checks = "projects/<str:project_id>/checks"

urlpatterns = [
    path(checks, lists.check_list, name="check-list"),
    path(f"{checks}/usual", lists.check_usual, name="check-usual"),
    path(f"{checks}/new", editing.check_create, name="check-create"),
    path(f"{checks}/<int:check_id>", editing.check_page, name="check-page"),
    path(f"{checks}/<int:check_id>/switch", lists.check_switch, name="check-switch"),
    path(f"{checks}/<int:check_id>/delete", deleting.check_delete, name="check-delete"),
    path(f"{checks}/<int:check_id>/run", runs.check_run, name="check-run"),
    path(f"{checks}/<int:check_id>/runs", runs.check_runs, name="check-runs"),
    path(f"{checks}/runs/<int:run_id>/cancel", runs.check_run_cancel, name="check-run-cancel"),
]

"""Pages of drift, and their API."""

from django.urls import path

from evals.drift.api import views as api
from evals.drift.views import editing, lists, one, preview, verdict

drift = "projects/<str:project_id>/drift"
monitor = f"{drift}/<str:monitor_id>"
found = f"{monitor}/verdicts/<str:verdict_id>"
v1 = "api/v1/drift/monitors"
v1_one = f"{v1}/<str:monitor_id>"

urlpatterns: list = [
    path(v1, api.MonitorsView.as_view()),
    path(v1_one, api.MonitorView.as_view()),
    path(f"{v1_one}/run", api.RunView.as_view()),
    path(f"{v1_one}/verdicts", api.VerdictsView.as_view()),
    path(f"{v1_one}/verdicts/<str:verdict_id>", api.VerdictView.as_view()),
    path(f"{v1_one}/verdicts/<str:verdict_id>/mark", api.MarkView.as_view()),
    path(drift, lists.monitor_list, name="drift-monitors"),
    path(f"{drift}/new", editing.monitor_new, name="drift-monitor-new"),
    path(f"{drift}/fields", editing.monitor_fields, name="drift-monitor-fields"),
    path(f"{drift}/preview", preview.monitor_preview, name="drift-monitor-preview"),
    path(f"{drift}/ready", lists.monitor_ready, name="drift-monitor-ready"),
    path(monitor, one.monitor_page, name="drift-monitor"),
    path(f"{monitor}/edit", editing.monitor_edit, name="drift-monitor-edit"),
    path(f"{monitor}/switch", lists.monitor_switch, name="drift-monitor-switch"),
    path(f"{monitor}/delete", lists.monitor_delete, name="drift-monitor-delete"),
    path(f"{monitor}/duplicate", lists.monitor_duplicate, name="drift-monitor-duplicate"),
    path(f"{monitor}/run", lists.monitor_run, name="drift-monitor-run"),
    path(f"{monitor}/forget", one.monitor_forget, name="drift-monitor-forget"),
    path(found, verdict.verdict_page, name="drift-verdict"),
    path(f"{found}/mark", verdict.verdict_mark, name="drift-verdict-mark"),
]

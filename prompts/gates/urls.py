"""The pages of gates, and their API."""

from django.urls import path

from prompts.gates import views
from prompts.gates.api import GateView

gates = "projects/<str:project_id>/prompts/gates"

urlpatterns = [
    path("api/v1/prompts/<path:name>/gate", GateView.as_view()),
    path(gates, views.gate_list, name="prompt-gate"),
    path(f"{gates}/edit", views.gate_edit, name="prompt-gate-edit"),
    path(f"{gates}/delete", views.gate_delete, name="prompt-gate-delete"),
    path(f"{gates}/run", views.gate_run, name="prompt-gate-run"),
]

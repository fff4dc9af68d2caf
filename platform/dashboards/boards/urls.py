"""The ready-made boards, their panels, and what a reader does with them."""

from django.urls import path

from dashboards.boards.views.board import dashboard

boards = "projects/<str:project_id>/dashboards"

urlpatterns = [
    path(boards, dashboard, name="dashboard"),
    path(f"{boards}/<slug:board>", dashboard, name="dashboard-board"),
]

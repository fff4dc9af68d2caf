"""The ready-made boards, their panels, and what a reader does with them."""

from django.urls import path

from dashboards.boards.api import MarkersView, MarkerView
from dashboards.boards.views.board import dashboard
from dashboards.boards.views.markers import marker_delete, marker_list
from dashboards.boards.views.share import board_share, board_unshare, shared_board

project = "projects/<str:project_id>"
boards = f"{project}/dashboards"

urlpatterns = [
    path(boards, dashboard, name="dashboard"),
    path(f"{boards}/<slug:board>", dashboard, name="dashboard-board"),
    path(f"{boards}/<slug:board>/share", board_share, name="board-share"),
    path(f"{project}/board-links/<int:link_id>/revoke", board_unshare, name="board-unshare"),
    path("shared/boards/<str:token>", shared_board, name="shared-board"),
    path(f"{project}/markers", marker_list, name="marker-list"),
    path(f"{project}/markers/<int:marker_id>/delete", marker_delete, name="marker-delete"),
    path("api/v1/markers", MarkersView.as_view()),
    path("api/v1/markers/<str:marker_id>", MarkerView.as_view()),
]

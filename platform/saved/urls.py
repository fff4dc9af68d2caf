from django.urls import path

from saved.views import delete_view, save_view

urlpatterns = [
    path("projects/<str:project_id>/views", save_view, name="view-save"),
    path("projects/<str:project_id>/views/<str:view_id>/delete", delete_view, name="view-delete"),
]

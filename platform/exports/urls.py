from django.urls import path

from exports import views, views_bulk

exports = "projects/<str:project_id>/exports"
bulk = "projects/<str:project_id>/bulk"

urlpatterns = [
    path(exports, views.export_list, name="exports"),
    path(f"{exports}/start", views.export_start, name="export-start"),
    path(f"{exports}/<int:export_id>/file", views.export_download, name="export-download"),
    path(f"{exports}/<int:export_id>/cancel", views.export_cancel, name="export-cancel"),
    path(f"{exports}/<int:export_id>/delete", views.export_delete, name="export-delete"),
    path(f"{bulk}/start", views_bulk.bulk_start, name="bulk-start"),
    path(f"{bulk}/<int:run_id>/undo", views_bulk.bulk_undo, name="bulk-undo"),
    path(f"{bulk}/<int:run_id>/cancel", views_bulk.bulk_cancel, name="bulk-cancel"),
]

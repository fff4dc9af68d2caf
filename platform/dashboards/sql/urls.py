"""SQL on the project's own rows."""

from django.urls import path

from dashboards.sql import views
from dashboards.sql.api import SqlView

sql = "projects/<str:project_id>/sql"

urlpatterns = [
    path(sql, views.sql, name="sql"),
    path(f"{sql}/save", views.save_sql, name="sql-save"),
    path(f"{sql}/<str:saved_id>/delete", views.delete_sql, name="sql-delete"),
    path("api/v1/sql", SqlView.as_view()),
]

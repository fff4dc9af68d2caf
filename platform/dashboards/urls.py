"""Dashboards, budgets, SQL and their APIs: each part lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("dashboards.api.urls")),
    path("", include("dashboards.custom.urls")),
    path("", include("dashboards.budgets.urls")),
    path("", include("dashboards.advice.urls")),
    path("", include("dashboards.sql.urls")),
    path("", include("dashboards.boards.urls")),
]

"""The pages of alerts, and their APIs: each part lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("alerts.incidents.urls")),
]

"""The pages of alerts, and their APIs: each part lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("alerts.channels.urls")),
    path("", include("alerts.incidents.urls")),
    path("", include("alerts.rules.urls")),
]

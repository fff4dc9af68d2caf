"""Incidents and silences: pages, links of messages, the API."""

from django.urls import path

from alerts.incidents import views, views_link, views_one, views_silences

alerts = "projects/<str:project_id>/alerts"
incident = f"{alerts}/incidents/<str:incident_id>"
silences = f"{alerts}/silences"

urlpatterns = [
    path(alerts, views.incident_list, name="alerts-incidents"),
    path(f"{alerts}/incidents", views.incidents_change, name="alerts-incidents-change"),
    path(incident, views_one.incident_page, name="alerts-incident"),
    path(f"{incident}/evidence", views_one.incident_evidence, name="alerts-incident-evidence"),
    path(f"{incident}/change", views_one.incident_change, name="alerts-incident-change"),
    path(silences, views_silences.silence_list, name="alerts-silences"),
    path(f"{silences}/new", views_silences.silence_create, name="alerts-silence-new"),
    path(
        f"{silences}/<str:silence_id>", views_silences.silence_change, name="alerts-silence-change"
    ),
    path("alerts/links/<str:token>", views_link.incident_link, name="alerts-link"),
]

"""Incidents and silences: pages, links of messages, the API."""

from django.urls import path

from alerts.incidents import views, views_link, views_one, views_silences
from alerts.incidents.api import incidents
from alerts.incidents.api import silences as silences_api

alerts = "projects/<str:project_id>/alerts"
incident = f"{alerts}/incidents/<str:incident_id>"
silences = f"{alerts}/silences"
one = "api/v1/incidents/<str:incident_id>"

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
    path("api/v1/incidents", incidents.IncidentsView.as_view()),
    path(one, incidents.IncidentView.as_view()),
    path(f"{one}/acknowledge", incidents.AcknowledgeView.as_view()),
    path(f"{one}/resolve", incidents.ResolveView.as_view()),
    path(f"{one}/comments", incidents.CommentView.as_view()),
    path(f"{one}/verdict", incidents.VerdictView.as_view()),
    path("api/v1/silences", silences_api.SilencesView.as_view()),
    path("api/v1/silences/<str:silence_id>", silences_api.SilenceView.as_view()),
    path("alerts/links/<str:token>", views_link.incident_link, name="alerts-link"),
]

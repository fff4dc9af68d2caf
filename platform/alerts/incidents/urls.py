from django.urls import path

from alerts.incidents import views

alerts = "projects/<str:project_id>/alerts"

urlpatterns = [
    path(alerts, views.incident_list, name="alerts-incidents"),
]

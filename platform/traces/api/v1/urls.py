"""Sonde's own API, its schema, and the page that shows it."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from traces.api.v1.lists import ObservationListView, ScoreListView, SessionListView, UserListView
from traces.api.v1.schema import api_docs
from traces.api.v1.trace import TraceListView, TraceView

urlpatterns = [
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs", api_docs, name="api-docs"),
    path("api/v1/traces", TraceListView.as_view()),
    path("api/v1/traces/<path:trace_id>", TraceView.as_view(), name="api-trace"),
    path("api/v1/observations", ObservationListView.as_view()),
    path("api/v1/sessions", SessionListView.as_view()),
    path("api/v1/users", UserListView.as_view()),
    path("api/v1/scores", ScoreListView.as_view()),
]

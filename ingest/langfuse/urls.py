"""Langfuse's own protocol: what is written, and reads of addresses that are written to as well."""

from django.urls import include, path, re_path

from ingest.langfuse.service import HealthView, NotServedView, ProjectsView
from ingest.langfuse.views import IngestionView, ScoresView, ScoreView

urlpatterns = [
    path("api/public/ingestion", IngestionView.as_view()),
    path("api/public/scores", ScoresView.as_view()),
    path("api/public/scores/<path:score_id>", ScoreView.as_view()),
    path("api/public/projects", ProjectsView.as_view()),
    path("api/public/health", HealthView.as_view()),
    path("api/public/ready", HealthView.as_view()),
    path("", include("ingest.media.urls")),
    re_path(r"^api/public/", NotServedView.as_view()),
]

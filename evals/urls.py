"""The pages of evals, and their APIs: each part lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("evals.scores.urls")),
    path("", include("evals.datasets.urls")),
    path("", include("evals.annotation.urls")),
    path("", include("evals.checks.urls")),
    path("", include("evals.judges.urls")),
    path("", include("evals.experiments.urls")),
    path("", include("evals.drift.acting.urls")),
    path("", include("evals.drift.performance.urls")),
    path("", include("evals.drift.urls")),
]

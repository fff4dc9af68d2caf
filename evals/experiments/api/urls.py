"""What Langfuse's SDKs call."""

from django.urls import path

from evals.experiments.api.experiments import ExperimentItemList, ExperimentList
from evals.experiments.api.runs import DatasetRuns, RunItemList

urlpatterns = [
    path("api/public/dataset-run-items", RunItemList.as_view()),
    path("api/public/datasets/<path:rest>", DatasetRuns.as_view()),
    path("api/public/experiments", ExperimentList.as_view()),
    path("api/public/experiment-items", ExperimentItemList.as_view()),
]

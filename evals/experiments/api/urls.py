"""What Langfuse's SDKs call, and Sonde's own."""

from django.urls import path

from evals.experiments.api.experiments import ExperimentItemList, ExperimentList
from evals.experiments.api.runs import DatasetRuns, RunItemList
from evals.experiments.api.v1.views import JudgeRunsView, JudgeRunView

urlpatterns = [
    path("api/public/dataset-run-items", RunItemList.as_view()),
    path("api/public/datasets/<path:rest>", DatasetRuns.as_view()),
    path("api/public/experiments", ExperimentList.as_view()),
    path("api/public/experiment-items", ExperimentItemList.as_view()),
    path("api/v1/judge-runs", JudgeRunsView.as_view()),
    path("api/v1/judge-runs/<str:run_id>", JudgeRunView.as_view()),
]

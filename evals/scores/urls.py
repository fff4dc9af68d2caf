"""Langfuse's API of score configurations, and the pages of scores."""

from django.urls import path

from evals.scores.api.configs import ConfigDetail, ConfigList

urlpatterns = [
    path("api/public/score-configs", ConfigList.as_view()),
    path("api/public/score-configs/<str:config_id>", ConfigDetail.as_view()),
]

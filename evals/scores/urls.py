"""Langfuse's API of score configurations, and the pages of scores."""

from django.urls import path

from evals.scores.api.configs import ConfigDetail, ConfigList
from evals.scores.api.feedback import FeedbackLinks
from evals.scores.views.analytics import score_analytics, score_compare, score_figures
from evals.scores.views.configs import score_config_edit, score_configs
from evals.scores.views.feedback import feedback_page
from evals.scores.views.feedback_links import feedback_link, feedback_settings
from evals.scores.views.scoring import score_take_back, scoring

project = "projects/<str:project_id>"

urlpatterns = [
    path("api/public/score-configs", ConfigList.as_view()),
    path("api/public/score-configs/<str:config_id>", ConfigDetail.as_view()),
    path("api/v1/feedback-links", FeedbackLinks.as_view()),
    path("feedback/<str:token>", feedback_page, name="feedback"),
    path(f"{project}/feedback-link", feedback_link, name="feedback-link"),
    path(f"{project}/settings/feedback", feedback_settings, name="feedback-settings"),
    path(f"{project}/scores", score_analytics, name="score-analytics"),
    path(f"{project}/scores/one", score_figures, name="score-figures"),
    path(f"{project}/scores/compare", score_compare, name="score-compare"),
    path(f"{project}/scoring", scoring, name="scoring"),
    path(f"{project}/scoring/take-back", score_take_back, name="score-take-back"),
    path(f"{project}/settings/scores", score_configs, name="score-configs"),
    path(f"{project}/settings/scores/<str:config_id>", score_config_edit, name="score-config-edit"),
]

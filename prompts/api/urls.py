"""The two APIs of prompts: Langfuse's and Sonde's own."""

from django.urls import path

from prompts.api.langfuse import (
    FirstPromptsView,
    PromptDetailView,
    PromptListView,
    PromptVersionView,
)

urlpatterns = [
    path("api/public/prompts", FirstPromptsView.as_view()),
    path("api/public/v2/prompts", PromptListView.as_view()),
    path("api/public/v2/prompts/<path:name>/versions/<str:number>", PromptVersionView.as_view()),
    path("api/public/v2/prompts/<path:name>", PromptDetailView.as_view()),
]

"""The two APIs of prompts: Langfuse's and Sonde's own."""

from django.urls import path

from prompts.api.langfuse import (
    FirstPromptsView,
    PromptDetailView,
    PromptListView,
    PromptVersionView,
)
from prompts.api.v1.files import FilesView
from prompts.api.v1.labels import LabelView
from prompts.api.v1.views import HistoryView, PromptsView, PromptView, VersionsView, VersionView
from prompts.api.v1.webhooks import WebhooksView, WebhookView

named = "api/v1/prompts/<path:name>"

urlpatterns = [
    path("api/public/prompts", FirstPromptsView.as_view()),
    path("api/public/v2/prompts", PromptListView.as_view()),
    path("api/public/v2/prompts/<path:name>/versions/<str:number>", PromptVersionView.as_view()),
    path("api/public/v2/prompts/<path:name>", PromptDetailView.as_view()),
    path("api/v1/prompt-files", FilesView.as_view()),
    path("api/v1/webhooks", WebhooksView.as_view()),
    path("api/v1/webhooks/<str:webhook_id>", WebhookView.as_view()),
    path("api/v1/prompts", PromptsView.as_view()),
    path(f"{named}/versions", VersionsView.as_view()),
    path(f"{named}/versions/<str:number>", VersionView.as_view()),
    path(f"{named}/labels/<path:label>", LabelView.as_view()),
    path(f"{named}/history", HistoryView.as_view()),
    path(named, PromptView.as_view()),
]

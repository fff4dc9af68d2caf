"""The pages of prompts, and their APIs: each part lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("prompts.gates.urls")),
    path("", include("prompts.splits.urls")),
    path("", include("prompts.figures.urls")),
    path("", include("prompts.files.urls")),
    path("", include("prompts.views.urls")),
    path("", include("prompts.api.urls")),
    path("", include("prompts.playground.urls")),
]

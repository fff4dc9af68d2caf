"""The page of a label's split."""

from django.urls import path

from prompts.splits import views

split = "projects/<str:project_id>/prompts/split"

urlpatterns = [
    path(split, views.split_page, name="prompt-split"),
    path(f"{split}/start", views.split_start, name="prompt-split-start"),
    path(f"{split}/canary", views.canary_start, name="prompt-canary-start"),
    path(f"{split}/change", views.split_change, name="prompt-split-change"),
    path(f"{split}/stop", views.split_stop, name="prompt-split-stop"),
]

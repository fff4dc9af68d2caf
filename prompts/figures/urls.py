"""The figures of versions."""

from django.urls import path

from prompts.figures import views

figures = "projects/<str:project_id>/prompts/figures"

urlpatterns = [
    path(figures, views.prompt_figures, name="prompt-figures"),
    path(f"{figures}/versions", views.prompt_figures_table, name="prompt-figures-table"),
]

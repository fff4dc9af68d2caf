from django.urls import path

from prompts.playground import views

playground = "projects/<str:project_id>/playground"

urlpatterns = [
    path(playground, views.playground, name="playground"),
    path(f"{playground}/version", views.playground_version, name="playground-version"),
    path(f"{playground}/run", views.playground_run, name="playground-run"),
    path(f"{playground}/fill", views.playground_fill, name="playground-fill"),
    path(f"{playground}/save", views.playground_save, name="playground-save"),
]

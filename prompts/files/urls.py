from django.urls import path

from prompts.files import views

files = "projects/<str:project_id>/prompts/files"

urlpatterns = [
    path("cli/sonde", views.command_line, name="command-line"),
    path(files, views.files_page, name="prompt-files"),
    path(f"{files}/zip", views.files_zip, name="prompt-files-zip"),
    path(f"{files}/apply", views.files_apply, name="prompt-files-apply"),
]

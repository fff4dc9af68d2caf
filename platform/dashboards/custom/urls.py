"""Boards that people make themselves."""

from django.urls import path

from dashboards.custom.views import boards, builder, edit, files
from dashboards.custom.views.board import custom_board

all_boards = "projects/<str:project_id>/dashboards"
one = f"{all_boards}/custom-<str:board_id>"  # where boards.urls would have a board of that key

urlpatterns = [
    path(f"{all_boards}/custom", boards.custom_boards, name="custom-boards"),
    path(f"{all_boards}/custom/new", boards.custom_new, name="custom-new"),
    path(f"{all_boards}/custom/import", files.custom_import, name="custom-import"),
    path(one, custom_board, name="custom-board"),
    path(f"{one}/edit", edit.custom_edit, name="custom-edit"),
    path(f"{one}/arrange", edit.custom_arrange, name="custom-arrange"),
    path(f"{one}/widget", builder.custom_widget, name="custom-widget-new"),
    path(f"{one}/widget/<str:key>", builder.custom_widget, name="custom-widget"),
    path(f"{one}/copy", boards.custom_copy, name="custom-copy"),
    path(f"{one}/delete", boards.custom_delete, name="custom-delete"),
    path(f"{one}/restore", boards.custom_restore, name="custom-restore"),
    path(f"{one}/export", files.custom_export, name="custom-export"),
]

"""The pages of prompts."""

from django.urls import path

from prompts.views import (
    change,
    compare,
    editor,
    gone,
    lists,
    protection,
    release,
    shown,
    talk,
)

prompts = "projects/<str:project_id>/prompts"
protected = "projects/<str:project_id>/settings/protected-labels"

urlpatterns = [
    # Pages. What they are about stands in the query (?name=), since names hold slashes.
    path(prompts, lists.prompt_list, name="prompt-list"),
    path(f"{prompts}/new", editor.prompt_create, name="prompt-create"),
    path(f"{prompts}/draft", editor.draft, name="prompt-draft"),
    path(f"{prompts}/compare", compare.prompt_compare, name="prompt-compare"),
    path(f"{prompts}/promote", release.promote, name="prompt-promote"),
    path(f"{prompts}/promote/back", release.back, name="prompt-promote-back"),
    path(f"{prompts}/label/remove", release.take_away, name="prompt-label-remove"),
    path(f"{prompts}/deleted", gone.deleted, name="prompt-deleted"),
    path(f"{prompts}/delete", change.prompt_delete, name="prompt-delete"),
    path(f"{prompts}/tags", change.prompt_tags, name="prompt-tags"),
    path(f"{prompts}/comments", talk.prompt_comment, name="prompt-comment"),
    path(f"{prompts}/of/<path:name>", shown.prompt_page, name="prompt-page"),
    path(protected, protection.protected_labels, name="protected-labels"),
]

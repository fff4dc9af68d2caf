"""Score configurations in Django's admin, to be read: they are changed on their pages."""

from django.contrib import admin

from evals.scores.models import ScoreConfig
from prompts.admin import ReadOnly


@admin.register(ScoreConfig)
class ScoreConfigAdmin(ReadOnly):
    list_display = ("name", "project", "data_type", "min_value", "max_value", "is_archived")
    list_filter = ("data_type", "is_archived", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "description")
    list_select_related = ("project",)
    readonly_fields = ("created_at", "updated_at")

"""Datasets in Django's admin, to be read: how large they are, and when they last changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from evals.datasets.models import Dataset
from prompts.admin import ReadOnly

PRESENT = Q(versions__valid_to=None, versions__is_deleted=False)


@admin.register(Dataset)
class DatasetAdmin(ReadOnly):
    list_display = ("name", "project", "items", "created_at", "updated_at")
    list_filter = (("project", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "description")
    list_select_related = ("project",)
    readonly_fields = ("created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("versions", filter=PRESENT))

    @admin.display(description=_("items"), ordering="count")
    def items(self, dataset: Any) -> int:
        return dataset.count

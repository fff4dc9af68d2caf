"""Annotation queues in Django's admin, to be read: what waits in each, and who annotates it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from evals.annotation.models import Queue, Status
from prompts.admin import ReadOnly


@admin.register(Queue)
class QueueAdmin(ReadOnly):
    list_display = ("name", "project", "pending", "completed", "per_item", "has_filter")
    list_filter = ("has_filter", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "description")
    list_select_related = ("project",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        counts = {
            status: Count("items", filter=Q(items__status=status)) for status in Status.values
        }
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description=_("pending"), ordering=Status.PENDING)
    def pending(self, queue: Any) -> int:
        return getattr(queue, str(Status.PENDING))

    @admin.display(description=_("completed"), ordering=Status.COMPLETED)
    def completed(self, queue: Any) -> int:
        return getattr(queue, str(Status.COMPLETED))

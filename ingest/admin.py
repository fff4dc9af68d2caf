from django.contrib import admin

from ingest.models import DeadLetter, HeldBatch, LateStatement


class LookOnly(admin.ModelAdmin):
    """What ingest keeps is nobody's to edit, and payloads are not for this page."""

    exclude = ("payload",)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(HeldBatch)
class HeldBatchAdmin(LookOnly):
    list_display = ("id", "project_id", "rows", "bytes", "created_at")


@admin.register(LateStatement)
class LateStatementAdmin(LookOnly):
    list_display = ("id", "project_id", "rows", "is_adrift", "due_at", "attempts", "created_at")
    list_filter = ("is_adrift",)


@admin.register(DeadLetter)
class DeadLetterAdmin(LookOnly):
    list_display = ("id", "project_id", "kind", "protocol", "bytes", "created_at")
    list_filter = ("kind", "protocol")

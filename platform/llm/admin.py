from django.contrib import admin

from llm.models import LlmConnection


@admin.register(LlmConnection)
class LlmConnectionAdmin(admin.ModelAdmin):
    """Seen and deleted here; made and changed on the project's pages, which seal the key. Sealed
    fields are on no form.
    """

    list_display = ("name", "project", "protocol", "base_url", "updated_at")
    list_filter = ("protocol", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name",)
    list_select_related = ("project",)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

from django.contrib import admin

from pricing.models import ModelPrice


@admin.register(ModelPrice)
class ModelPriceAdmin(admin.ModelAdmin):
    """Every price, bundled or a project's own. Bundled rows are history: they are read, not
    changed.
    """

    list_display = ("model_name", "provider", "project", "valid_from", "valid_to", "source")
    list_filter = ("provider", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("model_name", "id")
    list_select_related = ("project",)

    def has_change_permission(self, request, obj=None) -> bool:
        bundled = obj is not None and obj.project_id is None
        return not bundled and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        bundled = obj is not None and obj.project_id is None
        return not bundled and super().has_delete_permission(request, obj)

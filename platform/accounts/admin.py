"""Django's admin for whoever runs the installation. Nothing here shows or sets a secret."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.keys import revoke
from accounts.models import (
    ApiKey,
    Invitation,
    LoginFailure,
    Membership,
    Organisation,
    Project,
    User,
)
from accounts.views.session import to_login


@login_not_required
def admin_login(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """To the one login page, which counts failures. Who is no member of staff finds nothing."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise Http404("Only staff may open the admin.")
    return to_login(request)


admin.site.login = admin_login
admin.site.site_header = admin.site.site_title = "Sonde"


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ("user", "organisation")
    extra = 0


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes = {}


class ChangeUserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes = {}


@admin.register(User)
class PersonAdmin(UserAdmin):
    form, add_form = ChangeUserForm, NewUserForm
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("date_joined", "last_login")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )


class Kept(admin.ModelAdmin):
    """Not deleted here: the traces in ClickHouse would be left without an owner."""

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(Kept):
    list_display = ("name", "id", "created_at")
    search_fields = ("name", "id")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("id", "created_at") if obj else ("created_at",)


@admin.register(Project)
class ProjectAdmin(Kept):
    list_display = ("name", "organisation", "id", "created_at")
    list_filter = ("organisation",)
    search_fields = ("name", "id")

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("id", "organisation", "created_at") if obj else ("created_at",)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "organisation", "role", "created_at")
    list_filter = ("role", "organisation")
    search_fields = ("user__email", "organisation__name")
    autocomplete_fields = ("user", "organisation")


class SeenOnly(admin.ModelAdmin):
    """Made by the product's own pages, which show their secrets once; here they are only seen."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(SeenOnly):
    list_display = ("public_key", "project", "note", "scopes", "last_used_at", "revoked_at")
    list_filter = ("project",)
    search_fields = ("public_key", "note")
    exclude = ("secret_digest",)
    actions = ("revoke_keys",)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apikey")

    @admin.action(description=_("Revoke the chosen keys"), permissions=("revoke",))
    def revoke_keys(self, request: HttpRequest, queryset) -> None:
        for key in queryset:
            revoke(key)


@admin.register(Invitation)
class InvitationAdmin(SeenOnly):
    list_display = ("email", "organisation", "role", "expires_at", "accepted_at")
    exclude = ("token_digest",)


@admin.register(LoginFailure)
class LoginFailureAdmin(SeenOnly):
    list_display = ("subject", "count", "since")

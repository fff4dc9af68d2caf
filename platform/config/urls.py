"""Every URL of Sonde, one include per package."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("traces.urls")),
    path("", include("pricing.urls")),
    path("", include("ingest.urls")),
]

handler500 = "accounts.views.errors.server_error"

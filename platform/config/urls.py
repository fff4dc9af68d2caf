"""Every URL of Sonde, one include per package."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("saved.urls")),
    path("", include("traces.urls")),
    path("", include("pricing.urls")),
    path("", include("sharing.urls")),
    path("", include("webhooks.urls")),
    path("", include("llm.urls")),
    path("", include("prompts.urls")),
    path("", include("evals.urls")),
    path("", include("alerts.urls")),
    path("", include("dashboards.urls")),
    path("", include("ingest.urls")),  # answers for all of Langfuse's paths that are not served
    path("", include("exports.urls")),
]

handler400 = "config.errors.bad_request"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

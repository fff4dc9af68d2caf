from django.urls import include, path

from ingest import dead_letter_pages as pages
from ingest import views

letters = "projects/<str:project_id>/settings/dead-letters"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("readyz/ingest", views.readyz_ingest, name="readyz-ingest"),
    path("metrics", views.Metrics.as_view(), name="metrics"),
    path(letters, pages.dead_letter_list, name="dead-letter-list"),
    path(f"{letters}/retry", pages.dead_letter_retry, name="dead-letter-retry-all"),
    path(f"{letters}/delete", pages.dead_letter_delete, name="dead-letter-delete-all"),
    path(f"{letters}/<int:letter_id>", pages.dead_letter, name="dead-letter"),
    path(f"{letters}/<int:letter_id>/retry", pages.dead_letter_retry, name="dead-letter-retry"),
    path(f"{letters}/<int:letter_id>/delete", pages.dead_letter_delete, name="dead-letter-delete"),
    path("", include("ingest.otlp.urls")),
    path("", include("ingest.langfuse.urls")),
]

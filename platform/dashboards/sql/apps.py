from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SavedSqlConfig(AppConfig):
    name = "dashboards.sql"
    label = "saved_sql"
    verbose_name = _("Saved SQL")

    def ready(self) -> None:
        from django.urls import reverse

        from dashboards.boards.registry import Shelf, add_shelf

        add_shelf(lambda project: [Shelf("SQL", reverse("sql", args=[project.id]))])

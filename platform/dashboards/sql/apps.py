from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SavedSqlConfig(AppConfig):
    name = "dashboards.sql"
    label = "saved_sql"
    verbose_name = _("Saved SQL")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomBoardsConfig(AppConfig):
    name = "dashboards.custom"
    label = "custom_boards"
    verbose_name = _("Custom dashboards")

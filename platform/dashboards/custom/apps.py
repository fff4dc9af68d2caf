from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomBoardsConfig(AppConfig):
    name = "dashboards.custom"
    label = "custom_boards"
    verbose_name = _("Custom dashboards")

    def ready(self) -> None:
        from dashboards.boards.registry import add_shelf, add_source
        from dashboards.custom.shelf import found, links

        add_shelf(links)
        add_source(found)

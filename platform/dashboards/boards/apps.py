import importlib
import pkgutil

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardsConfig(AppConfig):
    name = "dashboards.boards"
    label = "boards"
    verbose_name = _("Dashboards")

    def ready(self) -> None:
        from dashboards.boards import incidents, markers, panels

        markers.add_source(incidents.fired)
        for module in pkgutil.iter_modules(panels.__path__):
            importlib.import_module(f"{panels.__name__}.{module.name}")

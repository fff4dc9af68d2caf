from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasetsConfig(AppConfig):
    name = "evals.datasets"
    verbose_name = _("Datasets")

    def ready(self) -> None:
        from evals.datasets import bulk
        from exports import actions

        actions.register(bulk.ACTION)

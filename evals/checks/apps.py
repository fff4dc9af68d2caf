from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChecksConfig(AppConfig):
    name = "evals.checks"
    verbose_name = _("Checks")

    def ready(self) -> None:
        """Ingest imports nothing of this: it tells whoever asked to be told."""
        from evals.checks.at_ingest import check_stored
        from ingest import delivery

        delivery.when_stored.append(check_stored)

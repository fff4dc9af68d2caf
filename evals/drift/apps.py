from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DriftConfig(AppConfig):
    name = "evals.drift"
    label = "drift"
    verbose_name = _("Drift")

    def ready(self) -> None:
        """The command that sends sample traffic imports nothing of this."""
        from evals.drift.demo import seed
        from traces.samples.sent import when_sent

        when_sent.append(seed)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DriftActingConfig(AppConfig):
    name = "evals.drift.acting"
    label = "drift_acting"
    verbose_name = _("Acting on drift")

    def ready(self) -> None:
        from evals.drift.acting.tasks import on_drift
        from evals.drift.told import when_drifted

        when_drifted.append(on_drift)

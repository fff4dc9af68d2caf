from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DriftPerformanceConfig(AppConfig):
    name = "evals.drift.performance"
    label = "drift_performance"
    verbose_name = _("Performance against labels")

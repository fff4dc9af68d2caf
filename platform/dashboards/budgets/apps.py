from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "dashboards.budgets"
    label = "budgets"
    verbose_name = _("Budgets")

    def ready(self) -> None:
        from alerts.rules import conditions, sources
        from dashboards.budgets import alerting
        from dashboards.budgets.panel import offer

        offer()
        sources.register(conditions.BudgetState, alerting.read, alerting.names)

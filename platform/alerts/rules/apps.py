from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulesConfig(AppConfig):
    name = "alerts.rules"
    label = "alert_rules"
    verbose_name = _("Alert rules")

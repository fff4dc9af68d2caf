from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "alerts.channels"
    label = "alert_channels"
    verbose_name = _("Alert channels")

"""How evaluators and their judgements stand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Paused is what Sonde did, off is what a person did."""

    ACTIVE = "active", _("On")
    OFF = "off", _("Off")
    PAUSED = "paused", _("Paused")


class Status(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")

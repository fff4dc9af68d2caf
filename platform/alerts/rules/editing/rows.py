"""Parts of which a rule has several: burn windows and quiet hours."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.incidents.models import TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.editing.fields import OFF, Choice, Duration, Number, Several
from alerts.rules.editing.part import Json, Part, Sent

DAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
CLOCKS = ("begin", "end")


class WindowPart(Part):
    tier = Choice(_("Tier"), TIERS)
    long_seconds = Duration(_("Long window"))
    short_seconds = Duration(_("Short window"))
    burn = Number(_("Burns faster than"))

    def told(self) -> Json:
        said = super().told()
        return {**said, "tier": said["tier"] or str(Tier.WARNING)}


class Zone(forms.CharField):
    """A name of the tz database, as `Asia/Seoul`."""

    def __init__(self, help_text: Any = "") -> None:
        super().__init__(label=_("Time zone"), max_length=64, help_text=help_text)
        self.widget.attrs |= {"list": "zones", **OFF}

    def clean(self, value: Any) -> str:
        name = super().clean(value).strip()
        if name not in available_timezones():
            words = _("There is no time zone “%(name)s”. One is called Asia/Seoul, for example.")
            raise forms.ValidationError(words % {"name": name[:64]})
        return name


class Clock(forms.TimeField):
    def __init__(self, label: Any) -> None:
        super().__init__(label=label, input_formats=["%H:%M"])
        self.widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class QuietPart(Part):
    weekdays = Several(_("On"), [(str(number), words) for number, words in enumerate(DAYS)])
    begin = Clock(_("From"))
    end = Clock(_("To"))
    zone = Zone()

    def told(self) -> Json:
        said = super().told()
        return {
            "weekdays": sorted(int(one) for one in said["weekdays"]),
            "begin": _minutes(said["begin"]),
            "end": _minutes(said["end"]),
            "zone": said["zone"],
        }

    @classmethod
    def filled(cls, told: Mapping[str, Any]) -> Sent:
        clocks = {name: f"{told[name] // 60 % 24:02}:{told[name] % 60:02}" for name in CLOCKS}
        return super().filled({**told, **clocks})


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

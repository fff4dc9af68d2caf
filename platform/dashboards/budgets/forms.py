"""What the pages of budgets ask for, and its API."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.budgets.changing import Wish
from dashboards.budgets.models import (
    KEYED,
    MOST_PERCENT,
    MOST_THRESHOLDS,
    THRESHOLDS,
    Budget,
    Dimension,
)


class ZoneField(forms.CharField):
    """A name of the tz database, as `Asia/Seoul`."""

    def clean(self, value: Any) -> str:
        name = super().clean(value).strip()
        if name not in available_timezones():
            words = _("There is no time zone “%(name)s”. One is called Asia/Seoul, for example.")
            raise ValidationError(words % {"name": name[:64]})
        return name


class Percents(forms.CharField):
    """Whole percents, separated by commas or spaces, in rising order."""

    def clean(self, value: Any) -> tuple[int, ...]:
        words = super().clean(value).replace(",", " ").replace("%", " ").split()
        if len(words) > MOST_THRESHOLDS:
            raise ValidationError(_("At most %(n)d thresholds.") % {"n": MOST_THRESHOLDS})
        if not all(one.isascii() and one.isdigit() and len(one) <= 4 for one in words):
            raise ValidationError(_("Whole percents, such as 50, 80, 100."))
        found = sorted({int(one) for one in words})
        if found and not 1 <= found[0] <= found[-1] <= MOST_PERCENT:
            raise ValidationError(_("From 1 to %(most)d percent.") % {"most": MOST_PERCENT})
        return tuple(found)


class BudgetForm(forms.ModelForm):
    zone = ZoneField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        help_text=gettext_lazy("Days, weeks and months begin at its midnight."),
        widget=forms.TextInput(
            attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    thresholds = Percents(
        label=gettext_lazy("Thresholds in percent"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("At these shares the budget says so, and alerts can."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    class Meta:
        model = Budget
        fields = [
            "name", "amount", "period", "dimension", "value", "metadata_key", "zone", "thresholds"
        ]  # fmt: skip
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "amount": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            "value": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "metadata_key": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }
        help_texts = {
            "dimension": gettext_lazy("What the amount is for."),
            "value": gettext_lazy(
                "One model, user, feature, team or environment. Empty: each of them has the amount "
                "for itself."
            ),
            "metadata_key": gettext_lazy(
                "Where calls name their team or feature. Empty: “team” or “feature”."
            ),
        }

    def clean_name(self) -> str:
        return _visible(self.cleaned_data["name"])

    def clean_value(self) -> str:
        return _visible(self.cleaned_data["value"])

    def clean_metadata_key(self) -> str:
        return _visible(self.cleaned_data["metadata_key"])

    def clean(self) -> dict[str, Any]:
        """What means nothing for the dimension is not kept."""
        said = super().clean() or self.cleaned_data
        dimension = said.get("dimension")
        if dimension == Dimension.PROJECT:
            said["value"] = ""
        if dimension in KEYED:
            said["metadata_key"] = said.get("metadata_key") or str(dimension)
        else:
            said["metadata_key"] = ""
        return said

    def wish(self) -> Wish:
        said = self.cleaned_data
        names = ("name", "amount", "dimension", "metadata_key", "value", "period", "zone")
        return Wish(
            **{name: said[name] for name in names},
            thresholds=said["thresholds"],
            is_archived=self.instance.is_archived,
        )


def _visible(text: str) -> str:
    text = text.strip()
    if not text.isprintable():
        raise ValidationError(_("Visible characters only."))
    return text


def initial_of(budget: Budget | None, zone: str) -> dict[str, Any]:
    thresholds = budget.thresholds if budget else THRESHOLDS
    told = {"thresholds": ", ".join(map(str, thresholds))}
    if budget:
        return {**told, "amount": f"{budget.amount.normalize():f}"}
    return {**told, "zone": zone}

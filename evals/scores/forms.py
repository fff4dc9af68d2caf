"""The form by which people give scores."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evals.scores.annotating import Given
from evals.scores.models import DataType, ScoreConfig
from evals.scores.rules import InvalidScore, checked

MOST_FIELDS = 40  # configurations on one form
MOST_CHOICES_SHOWN = 11  # at once; more are a list to pick from
MAX_TEXT = 10_000
MAX_COMMENT = 2_000


class ScoringForm(forms.Form):
    """A field for each configuration, and one for why. What is left empty is not scored."""

    def __init__(
        self,
        configs: Sequence[ScoreConfig],
        own: Mapping[str, dict],
        data: Mapping[str, Any] | None = None,
    ):
        super().__init__(data, auto_id="score-%s")
        self.configs, self.own = configs, own
        for config in configs:
            row = own.get(config.pk)
            self.fields[f"value-{config.pk}"] = value_field(config, initial_of(config, row))
            self.fields[f"comment-{config.pk}"] = forms.CharField(
                label=gettext_lazy("Why"),
                required=False,
                max_length=MAX_COMMENT,
                initial=row["comment"] if row else "",
                widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Why (optional)")}),
            )

    def rows(self) -> list[tuple[ScoreConfig, forms.BoundField, forms.BoundField, bool]]:
        """Configuration, value, comment, and whether this person has scored by it."""
        return [
            (one, self[f"value-{one.pk}"], self[f"comment-{one.pk}"], one.pk in self.own)
            for one in self.configs
        ]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self.given: list[Given] = []
        for config in self.configs:
            name = f"value-{config.pk}"
            if name in found and f"comment-{config.pk}" in found:
                self.take(config, name, found[name], found[f"comment-{config.pk}"])
        return found

    def take(self, config: ScoreConfig, name: str, value: Any, comment: str) -> None:
        """What differs from what was said before."""
        row = self.own.get(config.pk)
        if value in ("", None):
            if comment and not row:
                self.add_error(name, _("Choose a value, or leave the comment out."))
            elif row:
                self.given.append(Given(config, None))
            return
        try:
            said = checked(config, value)
        except InvalidScore as error:
            self.add_error(name, str(error))
            return
        before = (row["value"], row["string_value"], row["comment"]) if row else None
        if before != (said.value, said.string_value, comment):
            self.given.append(Given(config, said, comment))


def initial_of(config: ScoreConfig, row: dict | None) -> Any:
    if row is None:
        return ""
    if config.data_type in (DataType.NUMERIC, DataType.BOOLEAN):
        return f"{row['value']:g}" if choices_of(config) else row["value"]
    return row["string_value"]


def value_field(config: ScoreConfig, initial: Any) -> forms.Field:
    shared: dict[str, Any] = {
        "label": config.name,
        "help_text": config.description,
        "required": False,
        "initial": initial,
    }
    choices = choices_of(config)
    if choices:
        widget = forms.RadioSelect if len(choices) <= MOST_CHOICES_SHOWN else forms.Select
        none = ("", pgettext("score", "none"))
        is_text = config.data_type == DataType.CATEGORICAL
        coerce = str if is_text else float
        return forms.TypedChoiceField(
            choices=[none, *choices], coerce=coerce, empty_value="", widget=widget, **shared
        )
    if config.data_type == DataType.NUMERIC:
        bounds = {"min_value": config.min_value, "max_value": config.max_value}
        return forms.FloatField(**bounds, widget=forms.NumberInput(attrs={"step": "any"}), **shared)
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(max_length=MAX_TEXT, widget=area, **shared)


def choices_of(config: ScoreConfig) -> list[tuple[str, str]]:
    """What there is to choose from; nothing where a number or a text is written."""
    if config.data_type == DataType.BOOLEAN:
        return [("1", pgettext("score", "true")), ("0", pgettext("score", "false"))]
    if config.data_type == DataType.CATEGORICAL:
        labels = [str(one["label"]) for one in config.categories or ()]
        return [(label, label) for label in labels]
    if config.data_type == DataType.NUMERIC and is_short_scale(config):
        low, high = int(config.min_value or 0), int(config.max_value or 0)
        return [(str(number), str(number)) for number in range(low, high + 1)]
    return []


def is_short_scale(config: ScoreConfig) -> bool:
    """Stars and the like: whole numbers, few of them, and more than 0 and 1."""
    low, high = config.min_value, config.max_value
    if low is None or high is None or low != int(low) or high != int(high):
        return False
    return 2 <= high - low < MOST_CHOICES_SHOWN - 1

"""The form of a score configuration, and ready-made ones."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.scores.configs import MOST_CATEGORIES, Wish
from evals.scores.models import MAX_DESCRIPTION, MAX_NAME, Better, DataType, ScoreConfig
from evals.scores.rules import finite

MAX_LINES = 8_000  # characters of all categories together

PRESETS = {
    "thumbs": (gettext_lazy("Thumbs up or down"), Wish("user-feedback", str(DataType.BOOLEAN))),
    "rating": (
        gettext_lazy("Stars from 1 to 5"),
        Wish("rating", str(DataType.NUMERIC), min_value=1, max_value=5),
    ),
    "correctness": (
        gettext_lazy("Correct, partly, wrong"),
        Wish(
            "correctness",
            str(DataType.CATEGORICAL),
            categories=(
                {"label": "correct", "value": 1},
                {"label": "partly", "value": 0.5},
                {"label": "wrong", "value": 0},
            ),
        ),
    ),
}


class ConfigForm(forms.Form):
    """Valid, `wish` says what is wanted. The type is chosen once."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=MAX_NAME,
        help_text=gettext_lazy("Scores have it. No two in use have the same."),
    )
    data_type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=DataType.choices,
        widget=forms.RadioSelect,
        initial=DataType.NUMERIC,
    )
    min_value = forms.FloatField(
        label=gettext_lazy("Least value"),
        required=False,
        help_text=gettext_lazy("Of a number. Empty: no bound."),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    max_value = forms.FloatField(
        label=gettext_lazy("Greatest value"),
        required=False,
        help_text=gettext_lazy("With whole bounds close to each other it is chosen by a click."),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    categories = forms.CharField(
        label=gettext_lazy("Categories"),
        required=False,
        max_length=MAX_LINES,
        help_text=gettext_lazy("Of a category. One a line, with its number: correct = 1"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    better = forms.ChoiceField(
        label=gettext_lazy("Which way it is better"),
        required=False,
        choices=[("", gettext_lazy("As Sonde knows it of the name; else more")), *Better.choices],
        help_text=gettext_lazy("Comparisons and gates tell better from worse by it."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=MAX_DESCRIPTION,
        help_text=gettext_lazy("Tells those who score what each value means."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, config: ScoreConfig | None = None, **kwargs: Any):
        if config is not None:
            kwargs["initial"] = {
                "name": config.name,
                "data_type": config.data_type,
                "min_value": config.min_value,
                "max_value": config.max_value,
                "categories": as_lines(config),
                "better": config.better,
                "description": config.description,
            }
        super().__init__(*args, **kwargs)
        self.config = config
        if config is not None:
            self.keep_to(config.data_type)

    def keep_to(self, data_type: str) -> None:
        """Fields that say nothing of this type are left out."""
        del self.fields["data_type"]
        if data_type != DataType.NUMERIC:
            del self.fields["min_value"], self.fields["max_value"]
        if data_type != DataType.CATEGORICAL:
            del self.fields["categories"]
        if data_type == DataType.TEXT:
            del self.fields["better"]

    def clean_categories(self) -> list[dict[str, Any]]:
        lines = [line.strip() for line in self.cleaned_data["categories"].splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > MOST_CATEGORIES:
            raise ValidationError(_("Give 1 to %(most)s categories.") % {"most": MOST_CATEGORIES})
        return [category_of(line, place) for place, line in enumerate(lines)]

    @property
    def wish(self) -> Wish:
        said = self.cleaned_data
        data_type = self.config.data_type if self.config else said["data_type"]
        return Wish(
            name=said["name"],
            data_type=data_type,
            min_value=said.get("min_value"),
            max_value=said.get("max_value"),
            categories=said.get("categories") or None,
            description=said["description"],
            better=said.get("better", ""),
            is_archived=self.config.is_archived if self.config else False,
        )


def category_of(line: str, place: int) -> dict[str, Any]:
    """`label = number`; without a number it is the place among them."""
    label, sign, number = line.rpartition("=")
    if not sign:
        return {"label": line, "value": place}
    try:
        value = finite(float(number))
    except ValueError:
        value = None
    if value is None or not label.strip():
        raise ValidationError(_("“%(line)s” is no label with a number.") % {"line": line[:60]})
    return {"label": label.strip(), "value": value}


def as_lines(config: ScoreConfig) -> str:
    if config.data_type != DataType.CATEGORICAL:
        return ""
    return "\n".join(f"{one['label']} = {one['value']}" for one in config.categories or ())

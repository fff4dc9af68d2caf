"""The forms of the pages of datasets."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from evals.datasets import kept, names, schemas, typed
from evals.datasets.models import MAX_DESCRIPTION, Dataset, ItemVersion, Status

CODE = {"class": "input mono", "spellcheck": "false", "autocomplete": "off", "translate": "no"}
WRONG = (names.InvalidName, kept.Unkept, schemas.InvalidSchema, typed.Mistyped)


def checked(check: Callable[..., Any], *given: Any) -> Any:
    try:
        return check(*given)
    except WRONG as error:
        raise ValidationError(str(error)) from error


def json_field(label: Any, help_text: Any = "", *, rows: int = 6, most: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        strip=False,
        max_length=most,
        widget=forms.Textarea(attrs=CODE | {"rows": rows, "data-grows": ""}),
    )


class DatasetForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=names.MAX_NAME,
        help_text=gettext_lazy("Programs ask by it. A slash makes folders: support/refunds."),
        widget=forms.TextInput(attrs=CODE),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )
    metadata = json_field(
        gettext_lazy("Metadata"), gettext_lazy("JSON, or nothing."), rows=3, most=100_000
    )
    input_schema = json_field(
        gettext_lazy("Schema of the input"),
        gettext_lazy("A JSON schema. Items whose input does not meet it are refused."),
        most=schemas.MAX_CHARACTERS,
    )
    expected_output_schema = json_field(
        gettext_lazy("Schema of the expected output"),
        gettext_lazy("As above. An item without an expected output is not refused."),
        most=schemas.MAX_CHARACTERS,
    )

    @classmethod
    def initial_of(cls, dataset: Dataset) -> dict[str, Any]:
        given = {name: typed.typed(getattr(dataset, name)) for name in cls.base_fields}
        return given | {"name": dataset.name, "description": dataset.description}

    def clean_name(self) -> str:
        return checked(names.dataset_name, self.cleaned_data["name"])

    def clean_metadata(self) -> Any:
        return checked(kept.kept, checked(typed.read, self.cleaned_data["metadata"]), _("Metadata"))

    def clean_input_schema(self) -> Any:
        return checked(schemas.schema_of, checked(typed.read, self.cleaned_data["input_schema"]))

    def clean_expected_output_schema(self) -> Any:
        given = checked(typed.read, self.cleaned_data["expected_output_schema"])
        return checked(schemas.schema_of, given)

    @property
    def fields_given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "name"}


VALUE = gettext_lazy("JSON, or plain text. Nothing stands for null.")


class ItemForm(forms.Form):
    """What an item is made of; `given` is what is stored."""

    input = json_field(gettext_lazy("Input"), VALUE, rows=8, most=2 * kept.MAX_CHARACTERS)
    expected_output = json_field(
        gettext_lazy("Expected output"), VALUE, rows=6, most=2 * kept.MAX_CHARACTERS
    )
    metadata = json_field(gettext_lazy("Metadata"), rows=3, most=2 * kept.MAX_CHARACTERS)
    splits = forms.CharField(
        label=gettext_lazy("Splits"),
        required=False,
        max_length=names.MOST_SPLITS * (names.MAX_SPLIT + 2),
        help_text=gettext_lazy("Parted by commas: test, hard. An experiment can run on one."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Status.choices, required=False)

    @classmethod
    def initial_of(cls, item: ItemVersion) -> dict[str, Any]:
        values = ("input", "expected_output", "metadata")
        given: dict[str, Any] = {name: typed.typed(getattr(item, name)) for name in values}
        return given | {"splits": ", ".join(item.splits), "status": item.status}

    def clean_input(self) -> Any:
        return checked(typed.read, self.cleaned_data["input"])

    def clean_expected_output(self) -> Any:
        return checked(typed.read, self.cleaned_data["expected_output"])

    def clean_metadata(self) -> Any:
        return checked(typed.read, self.cleaned_data["metadata"])

    def clean_splits(self) -> list[str]:
        parts = [one for one in self.cleaned_data["splits"].split(",") if one.strip()]
        return checked(names.split_names, parts)

    def clean_status(self) -> str:
        return self.cleaned_data["status"] or "ACTIVE"

    @property
    def given(self) -> dict[str, Any]:
        wanted = ("input", "expected_output", "metadata", "splits", "status")
        return {name: self.cleaned_data[name] for name in wanted}


class NameForm(forms.Form):
    """Deleting a dataset is confirmed by its name."""

    name = forms.CharField(
        label=gettext_lazy("Name of the dataset"),
        max_length=names.MAX_NAME,
        widget=forms.TextInput(attrs=CODE),
    )

    def __init__(self, *args: Any, wanted: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted

    def clean_name(self) -> str:
        if self.cleaned_data["name"].strip() != self.wanted:
            raise ValidationError(_("That is not the name of the dataset."))
        return self.wanted


def dataset_choices(project: Project) -> list[tuple[str, str]]:
    found = Dataset.objects.filter(project=project).order_by("name")
    return list(found.values_list("pk", "name"))

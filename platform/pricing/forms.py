"""The forms of the page about model prices."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from pricing.catalogue import MAX_DOLLARS_PER_TOKEN, InvalidPrice, compiled
from pricing.history import new_id, place_of
from pricing.models import ModelPrice, RepriceRun
from pricing.rates import MILLION, TIERS, UNITS, Sheet, plain

NAME, PATTERN = "name", "pattern"
NOW, ALWAYS, AT = "now", "always", "at"
COLUMNS = {"plain": "", "above": _("Above a number of input tokens"), **TIERS}
MOST_TOKENS = 2**31
FIELD_OF = {"match_pattern": "model", "model_name": "model", "rates": "plain_input"}


def rate_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=MAX_DOLLARS_PER_TOKEN * MILLION,
        max_digits=22,
        decimal_places=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def time_field(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


class PriceForm(forms.Form):
    """A new price of a project's own. Valid, it holds the unsaved row as `price`."""

    model = forms.CharField(
        label=_("Model"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    matching = forms.ChoiceField(
        label=_("This is"),
        choices=[(NAME, _("the model's exact name")), (PATTERN, _("a pattern (RE2)"))],
        initial=NAME,
        widget=forms.RadioSelect,
        help_text=_(
            "Capital letters make no difference. A pattern matches anywhere in the name: ^acme- is "
            "for all names that begin with acme-."
        ),
    )
    provider = forms.CharField(
        label=_("Provider"),
        max_length=80,
        required=False,
        help_text=_("As your calls name it, for example openai. Empty: any provider."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    above = forms.IntegerField(
        label=_("Above this many input tokens"),
        required=False,
        min_value=1,
        max_value=MOST_TOKENS,
        help_text=_(
            "A longer input, cached tokens included, is charged at these rates as a whole."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    begins = forms.ChoiceField(
        label=_("Valid"),
        choices=[
            (NOW, _("From now on")),
            (ALWAYS, _("Always, also for past calls")),
            (AT, _("From a time of your choice (UTC)")),
        ],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    valid_from = time_field(_("From"), required=False)

    def __init__(self, *args: Any, project: Project, author: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.author = project, author
        self.price: ModelPrice | None = None
        for column in COLUMNS:
            for unit, words in UNITS.items():
                self.fields[f"{column}_{unit}"] = rate_field(words)

    def cells(self, column: str) -> list[forms.BoundField]:
        return [self[f"{column}_{unit}"] for unit in UNITS]

    @property
    def plain_cells(self) -> list[forms.BoundField]:
        return self.cells("plain")

    @property
    def step_cells(self) -> list[forms.BoundField]:
        return self.cells("above")

    @property
    def tier_cells(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(words, self.cells(tier)) for tier, words in TIERS.items()]

    @property
    def has_more(self) -> bool:
        """Whether something beside the plain rates is filled in, or wrong."""
        others = [
            *self.step_cells,
            self["above"],
            *(c for _w, cells in self.tier_cells for c in cells),
        ]
        return any(field.errors or field.value() not in (None, "") for field in others)

    def clean_model(self) -> str:
        return self.cleaned_data["model"].strip()

    def clean(self) -> dict:
        data = self.cleaned_data
        model = data.get("model", "")
        if data.get("matching") == PATTERN and model:
            self.check_pattern(model)
        if not self.sheet_has("plain", "input", "output"):
            text = _("Give at least the price of input or of output tokens; 0 is a price.")
            self.add_error("plain_input", text)
        self.check_step()
        if (
            data.get("begins") == AT
            and not data.get("valid_from")
            and "valid_from" not in self.errors
        ):
            self.add_error("valid_from", _("Say from when on the price holds."))
        if not self.errors:
            self.price = self.checked_price()
        return data

    def check_pattern(self, pattern: str) -> None:
        try:
            compiled(pattern)
        except InvalidPrice:
            self.add_error("model", _("This is not a regular expression that RE2 can read."))

    def check_step(self) -> None:
        has_rates = self.sheet_has("above", *UNITS)
        has_step = self.cleaned_data.get("above") is not None
        if has_rates and not has_step and "above" not in self.errors:
            self.add_error("above", _("Say above how many tokens these rates hold."))
        if has_step and not has_rates:
            self.add_error("above", _("Give the rates that hold above this many tokens."))

    def sheet_has(self, column: str, *units: str) -> bool:
        """Whether one of these is filled in, were it with a mistake."""
        return any(
            self.cleaned_data.get(f"{column}_{unit}") is not None
            or f"{column}_{unit}" in self.errors
            for unit in units
        )

    def sheet(self) -> Sheet:
        cells: dict[tuple[str, str], Decimal] = {
            (column, unit): self.cleaned_data[f"{column}_{unit}"]
            for column in COLUMNS
            for unit in UNITS
            if self.cleaned_data.get(f"{column}_{unit}") is not None
        }
        return Sheet(cells, self.cleaned_data.get("above"))

    def start(self) -> datetime | None:
        chosen = self.cleaned_data["begins"]
        if chosen == ALWAYS:
            return None
        if chosen == AT:
            return self.cleaned_data["valid_from"]
        return timezone.now().replace(microsecond=0)

    def checked_price(self) -> ModelPrice | None:
        """The row, or None with the mistakes told at the fields they are in."""
        data, start = self.cleaned_data, self.start()
        price = ModelPrice(
            id=new_id(data["model"], start),
            project=self.project,
            model_name=data["model"],
            match_pattern=data["model"] if data["matching"] == PATTERN else "",
            provider=data["provider"].strip(),
            rates=self.sheet().rates(),
            valid_from=start,
            source=self.author.get_full_name()[:120],
        )
        try:
            price.full_clean()
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                self.add_error(FIELD_OF.get(name, name if name in self.fields else None), texts)
            return None
        if place_of(price).same:
            field = "valid_from" if data["begins"] == AT else "begins"
            text = _("A price of this model begins at this very time. Delete that one first.")
            self.add_error(field, text)
            return None
        return price


def initial_of(sheet: Sheet) -> dict[str, Any]:
    """The form's fields for these rates."""
    cells = {f"{column}_{unit}": plain(dollars) for (column, unit), dollars in sheet.cells.items()}
    return {**cells, "above": sheet.above}


class EndForm(forms.Form):
    """When a price stops holding."""

    valid_to = time_field(
        _("Ends (UTC)"),
        help_text=_("Calls that start later get the catalogue's price, if it has one."),
    )

    def __init__(self, *args: Any, price: ModelPrice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.price = price

    def clean_valid_to(self) -> datetime:
        at = self.cleaned_data["valid_to"]
        if self.price.valid_from and at <= self.price.valid_from:
            raise ValidationError(_("This is before the price begins. Delete it instead."))
        if self.price.valid_to and at > self.price.valid_to:
            raise ValidationError(_("It ends earlier already: another price follows it."))
        return at


class RepriceForm(forms.Form):
    """Which past calls to price again."""

    days = forms.TypedChoiceField(
        label=_("Calls of"),
        coerce=int,
        initial="30",
        choices=[
            ("1", _("the last day")),
            ("7", _("the last 7 days")),
            ("30", _("the last 30 days")),
            ("90", _("the last 90 days")),
            ("365", _("the last year")),
        ],
    )
    model = forms.CharField(
        label=_("Model"), required=False, max_length=RepriceRun._meta.get_field("model").max_length
    )

    def since(self, until: datetime) -> datetime:
        return until - timedelta(days=self.cleaned_data["days"])

"""The forms of evaluators beside the editor: which traces, what is there already, how fast."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from evals.judges.editing import PLAIN
from evals.judges.evaluators import Wish
from evals.judges.models import Target
from evals.judges.orders import LISTS, PARTS
from exports.forms import QueryForm
from traces.search.grammar import MAX_CHARACTERS, parsed

MOST_DELAY = 7 * 24 * 3600
MOST_TURNED = 500  # targets at once


class RuleForm(forms.Form):
    """Which new traces. Valid, it holds `wish`."""

    target = forms.ChoiceField(label=gettext_lazy("What it judges"), choices=Target)
    query = forms.CharField(
        label=gettext_lazy("Filter"),
        required=False,
        max_length=MAX_CHARACTERS,
        help_text=gettext_lazy("As in the lists’ search. Empty: all of them."),
        widget=forms.TextInput(
            attrs={"class": "mono", "placeholder": "environment:production -has:error", **PLAIN}
        ),
    )
    percent = forms.FloatField(
        label=gettext_lazy("Of these, percent"),
        min_value=0,
        max_value=100,
        initial=100,
        help_text=gettext_lazy("Chosen by their ids: the same ones whenever they are looked at."),
    )
    delay_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds without news of the trace"),
        min_value=1,
        max_value=MOST_DELAY,
        initial=60,
        help_text=gettext_lazy("A trace of which nothing more came for so long has finished."),
    )
    daily_budget = forms.DecimalField(
        label=gettext_lazy("Dollars a day, at most"),
        required=False,
        min_value=0.000001,
        max_digits=14,
        decimal_places=6,
        help_text=gettext_lazy(
            "Then it waits for the next day (UTC). What is being asked at that moment still "
            "comes on top. Empty: no limit."
        ),
    )

    def clean_query(self) -> str:
        return checked_query(self.cleaned_data["query"])

    @property
    def wish(self) -> Wish:
        found = self.cleaned_data
        return Wish(
            target=found["target"],
            query=found["query"],
            sampling=found["percent"] / 100,
            delay_seconds=found["delay_seconds"],
            daily_budget=found["daily_budget"],
        )


def checked_query(text: str) -> str:
    query = parsed(text)
    if query.problems:
        raise ValidationError(query.problems[0].message)
    return str(query)


class PastForm(QueryForm):
    """What is there already, to be judged: the query and the time, how many at most."""

    target = forms.ChoiceField(choices=Target)
    percent = forms.FloatField(min_value=0.0001, max_value=100)
    most = forms.IntegerField(min_value=1, max_value=100_000)


class RepeatForm(forms.Form):
    """How much the judge varies: so many targets, each so often."""

    targets = forms.IntegerField(
        label=gettext_lazy("Targets"), min_value=1, max_value=100, initial=10
    )
    times = forms.IntegerField(
        label=gettext_lazy("Times each"), min_value=2, max_value=10, initial=5
    )


class TurnForm(forms.Form):
    """Whether the order sways it: so many targets, each once more."""

    order = forms.ChoiceField(choices=[(one, one) for one in (PARTS, LISTS)])
    targets = forms.IntegerField(min_value=1, max_value=MOST_TURNED)


class PaceForm(forms.Form):
    per_minute = forms.IntegerField(min_value=1, max_value=100_000)
    at_once = forms.IntegerField(min_value=1, max_value=64)

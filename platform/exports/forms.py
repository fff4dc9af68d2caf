"""What the list's forms ask for."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports import actions
from exports.models import Action, Format, Kind
from traces.queries.filters import FIRST, LAST
from traces.search.grammar import MAX_CHARACTERS, normalized, parsed

MOST_TICKED = 1_000
MOST_ID_CHARACTERS = 800  # as ingestion takes them


def done_to_traces() -> list[tuple[str, str]]:
    own = [(one.value, str(one.label)) for one in Action if one != Action.UNDO]
    return own + [(one.name, str(one.label)) for one in actions.registered()]


class QueryForm(forms.Form):
    """The query of the list and its exact times, in nanoseconds."""

    q = forms.CharField(required=False, max_length=MAX_CHARACTERS, strip=True)
    since = forms.IntegerField(min_value=FIRST, max_value=LAST)
    until = forms.IntegerField(min_value=FIRST, max_value=LAST)

    def clean_q(self) -> str:
        query = parsed(self.cleaned_data["q"])
        if query.problems:
            raise ValidationError(query.problems[0].message)
        return str(query)

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since is not None and until is not None and since >= until:
            raise ValidationError(_("The time range ends before it begins."))

    @property
    def asked(self) -> dict:
        found = self.cleaned_data
        return {"query": found["q"], "since": found["since"], "until": found["until"]}


class ExportForm(QueryForm):
    kind = forms.ChoiceField(choices=Kind)
    format = forms.ChoiceField(choices=Format)

    @property
    def asked(self) -> dict:
        found = self.cleaned_data
        return {**super().asked, "kind": found["kind"], "format": found["format"]}


class BulkForm(QueryForm):
    """`all` stands for all that the query finds; else `trace` are the ids that were ticked."""

    action = forms.ChoiceField(choices=done_to_traces)
    tag = forms.CharField(required=False, max_length=200, strip=True)
    all = forms.BooleanField(required=False)

    def clean_tag(self) -> str:
        return normalized(self.cleaned_data["tag"])

    def clean(self) -> None:
        super().clean()
        found = self.cleaned_data
        if found.get("action") in (Action.ADD_TAG, Action.REMOVE_TAG) and not found.get("tag"):
            raise ValidationError(_("Write the tag first."))
        if not found.get("all"):
            self.check_ticked()

    def check_ticked(self) -> None:
        if not self.ticked:
            raise ValidationError(_("Tick the traces first."))
        if len(self.ticked) > MOST_TICKED:
            words = _("Tick %(most)d traces at most, or choose all that match.")
            raise ValidationError(words, params={"most": MOST_TICKED})
        if any(len(one) > MOST_ID_CHARACTERS or "\0" in one for one in self.ticked):
            raise ValidationError(_("There is no trace with such an id."))

    @property
    def ticked(self) -> list[str]:
        return list(dict.fromkeys(one for one in self.data.getlist("trace") if one))

    @property
    def asked(self) -> dict:
        found = self.cleaned_data
        is_of_tags = found["action"] in (Action.ADD_TAG, Action.REMOVE_TAG)
        return {
            **super().asked,
            "action": found["action"],
            "tag": found["tag"] if is_of_tags else "",
            "trace_ids": [] if found["all"] else self.ticked,
        }


class ConfirmForm(forms.Form):
    """Deleting all that a query finds is confirmed by their number, as the page showed it."""

    number = forms.CharField(label=gettext_lazy("Number of traces"), max_length=20)

    def __init__(self, *args, wanted: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted

    def clean_number(self) -> str:
        text = self.cleaned_data["number"]
        if "".join(one for one in text if one.isdecimal()) != str(self.wanted):
            raise ValidationError(_("That is not the number of the traces."))
        return text

"""What rules of all kinds have: a name, segments, how long, and who is told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.incidents.models import MAX_NAME, TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.definition import LEARNING_WIDTHS, MAX_TEXT
from alerts.rules.editing.fields import OFF, Choice, Duration, Flag, Several, Text
from alerts.rules.editing.part import Json, Part
from alerts.rules.lifecycle import NoDataPolicy
from alerts.rules.words import BUCKETS, KINDS
from traces.metric_words import DIMENSIONS_OF
from traces.queries.metrics.dimensions import METADATA, MOST_KEY

LEARNING = ("anomaly", "composite")
POLICIES = (
    (str(NoDataPolicy.KEEP), _("as before")),
    (str(NoDataPolicy.GOOD), _("good")),
    (str(NoDataPolicy.ALERT), _("bad: it fires")),
)


class NamePart(Part):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    kind = Choice(_("Kind of condition"), KINDS.items())

    def adapt(self) -> None:
        self.fields["name"].widget.attrs |= {"autocomplete": "off"}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable():
            raise forms.ValidationError(_("Visible characters only."))
        return name


class NotePart(Part):
    note = forms.CharField(
        label=_("What to do about it"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    runbook_url = forms.URLField(
        label=_("Runbook"), required=False, max_length=500, assume_scheme="https"
    )

    def adapt(self) -> None:
        self.fields["runbook_url"].widget.attrs |= {"placeholder": "https://", **OFF}


class SegmentsPart(Part):
    """Up to two dimensions; a tick tells what each segment of one is told by itself."""

    by1 = Choice(_("Each value of"), ())
    key1 = Text(_("Key of the metadata"), most=MOST_KEY)
    apart1 = Flag(_("A message for each"))
    by2 = Choice(_("and of"), ())
    key2 = Text(_("Key of the metadata"), most=MOST_KEY)
    apart2 = Flag(_("A message for each"))

    def __init__(self, data: Any, prefix: str, view: str) -> None:
        self.view = view
        super().__init__(data, prefix)

    def adapt(self) -> None:
        known = {"": "–", **DIMENSIONS_OF[self.view], METADATA: _("A key of the metadata")}
        for number in "12":
            chosen = self.typed(f"by{number}")
            choices = dict(known)
            if len(chosen) <= MAX_TEXT:  # of a rule from elsewhere; maybe there is none such
                choices.setdefault(chosen, chosen)
            self.fields[f"by{number}"].choices = [*choices.items()]
            if chosen != METADATA:
                del self.fields[f"key{number}"]
            if not chosen:
                del self.fields[f"apart{number}"]
        if not self.typed("by1") and not self.typed("by2"):
            del self.fields["by2"]

    def told(self) -> Json:
        said = self.cleaned_data
        by, apart = [], []
        for number in "12":
            name = said.get(f"by{number}", "")
            name = name + said.get(f"key{number}", "").strip() if name == METADATA else name
            if name:
                by.append(name)
                apart += [name] if said.get(f"apart{number}") else []
        return {"by": by, "group_by": apart}

    @classmethod
    def filled(cls, told: Any) -> dict:
        found: dict[str, str] = {}
        for number, name in enumerate(told["by"], 1):
            is_key = name.startswith(METADATA)
            found[f"by{number}"] = METADATA if is_key else name
            found[f"key{number}"] = name.removeprefix(METADATA) if is_key else ""
            found[f"apart{number}"] = "on" if name in told["group_by"] else ""
        return found


class LastingPart(Part):
    bucket = Choice(_("Judged every"), BUCKETS.items())
    for_seconds = Duration(_("Bad for so long"), _("Like 5m or 1h. Empty: at once."))
    keep_firing_seconds = Duration(_("Good for so long until it is over"))

    def __init__(self, data: Any, prefix: str, kind: str) -> None:
        self.kind = kind
        super().__init__(data, prefix)

    def adapt(self) -> None:
        if self.kind in LEARNING:
            choices = [one for one in BUCKETS.items() if one[0] in LEARNING_WIDTHS]
            self.fields["bucket"].choices = choices


class MissingPart(Part):
    no_data = Choice(_("A bucket without anything is taken as"), POLICIES)
    no_data_tier = Choice(_("and fires as"), TIERS)
    hold_seconds = Duration(_("Unknown for so long, it is over"))
    lag_seconds = Duration(_("Wait for late spans"))

    def adapt(self) -> None:
        if self.typed("no_data") != NoDataPolicy.ALERT:
            del self.fields["no_data_tier"]

    def told(self) -> Json:
        said = super().told()
        tier = said.get("no_data_tier") or str(Tier.WARNING)
        return {**said, "no_data": said["no_data"] or str(NoDataPolicy.KEEP), "no_data_tier": tier}


class ToldPart(Part):
    channels = Several(_("Channels"), (), help_text=_("None: all of the project."))
    repeat_seconds = Duration(_("Critical and not acknowledged: told again every"))
    escalate_seconds = Duration(_("A warning not acknowledged becomes critical after"))
    inhibits = Several(
        _("Explains the alerts of"), (), help_text=_("They are not told while this one fires.")
    )

    def __init__(self, data: Any, prefix: str, *, channels: Any, rules: Any) -> None:
        self.known = {"channels": channels, "inhibits": rules}
        super().__init__(data, prefix)

    def adapt(self) -> None:
        for name, choices in self.known.items():
            self.fields[name].choices = [*choices]
            if not self.fields[name].choices:
                del self.fields[name]

    def told(self) -> Json:
        return {"channels": [], "inhibits": [], **super().told()}

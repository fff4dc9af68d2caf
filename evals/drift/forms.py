"""A monitor as a form shows and sends it."""

import math
from collections.abc import Mapping
from datetime import UTC
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from evals.datasets.models import Dataset
from evals.drift.changing import LEAST_OF_LEAST, MOST_OF_LEAST
from evals.drift.filled import default_words, grouped, initial_of
from evals.drift.methods import METHODS, Kind
from evals.drift.models import MAX_KEY, MAX_NAME, MAX_QUERY, DriftMonitor
from evals.drift.monitors import Correction
from evals.drift.sections import PARTS, Section
from evals.drift.stored import MAX_NAMED, Chosen, stored
from evals.drift.watched import DIMENSIONS, FIGURES, WATCHED, Takes, Watched
from evals.drift.windows import MOST_WEEKS, BaselineKind, InvalidBaseline
from evals.drift.words import BASELINES, EVERY, KINDS
from evals.drift.words import METHODS as METHOD_WORDS
from traces.search.grammar import parsed

OFF = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
MOST_DATASETS = 200
TYPED = ("name", "query", "note")
SINCE = (
    ("moment", gettext_lazy("a moment")),
    ("release", gettext_lazy("a release")),
    ("prompt", gettext_lazy("a version of a prompt")),
)
MOMENT = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


def moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, required=False, widget=MOMENT, input_formats=MOMENT_FORMATS
    )


def text(label: Any, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        help_text=help_text,
        widget=forms.TextInput(attrs=OFF),
    )


class MonitorForm(forms.Form):
    """Which fields it has follows from what stands in `watched`, `kind`, `baseline` and `since`, as
    sent or as they are.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_NAME)
    watched = forms.ChoiceField(label=gettext_lazy("What is watched"))
    key = text(gettext_lazy("Name of the score, or key of the metadata"), MAX_KEY)
    figure = forms.ChoiceField(label=gettext_lazy("Input"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Taken as"), required=False)
    query = text(
        gettext_lazy("Only what matches"),
        MAX_QUERY,
        gettext_lazy("In the language of the lists. Empty: everything."),
    )
    baseline = forms.ChoiceField(label=gettext_lazy("Compared with"), choices=[*BASELINES.items()])
    current_hours = forms.FloatField(
        label=gettext_lazy("Hours that are judged"), min_value=1, max_value=400 * 24
    )
    reference_hours = forms.FloatField(
        label=gettext_lazy("Hours that are compared with"), min_value=1, max_value=400 * 24
    )
    weeks = forms.IntegerField(
        label=gettext_lazy("Weeks"), min_value=1, max_value=MOST_WEEKS, required=False
    )
    zone = text(gettext_lazy("Time zone"), 64)
    since = forms.ChoiceField(label=gettext_lazy("Since"), choices=SINCE, required=False)
    start = moment(gettext_lazy("From (UTC)"))
    end = moment(gettext_lazy("To (UTC)"))
    release = text(gettext_lazy("Release"), MAX_NAMED)
    prompt = text(gettext_lazy("Prompt"), MAX_NAMED)
    prompt_version = forms.IntegerField(
        label=gettext_lazy("Version"), min_value=1, max_value=10**9, required=False
    )
    dataset = forms.ChoiceField(label=gettext_lazy("Dataset"), required=False)
    method = forms.ChoiceField(label=gettext_lazy("Method"), required=False)
    least_effect = forms.FloatField(
        label=gettext_lazy("Least effect"),
        required=False,
        help_text=gettext_lazy("What is less is no drift. Empty: as usual for the method."),
    )
    alpha = forms.FloatField(
        label=gettext_lazy("Significance level"),
        min_value=0.000001,
        max_value=0.5,
        help_text=gettext_lazy("How often chance alone may look like a drift. Usual: 0.05."),
    )
    least_samples = forms.IntegerField(
        label=gettext_lazy("Least values of each side"),
        min_value=LEAST_OF_LEAST,
        max_value=MOST_OF_LEAST,
    )
    is_corrected = forms.BooleanField(
        label=gettext_lazy("Corrected for how many monitors are asked at once"), required=False
    )
    by = forms.MultipleChoiceField(
        label=gettext_lazy("Segments that are told"),
        required=False,
        choices=[*DIMENSIONS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    every_hours = forms.TypedChoiceField(
        label=gettext_lazy("Judged every"), choices=[*EVERY.items()], coerce=int
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What to do when it drifts, for whoever reads the verdict."),
    )

    def __init__(
        self, project: Project, data: Mapping[str, Any] | None = None, *, of: DriftMonitor
    ) -> None:
        self.monitor = of
        super().__init__(data, initial=initial_of(of))
        self.fields["watched"].choices = grouped(WATCHED)
        self.fields["figure"].choices = [*FIGURES.items()]
        names = Dataset.objects.filter(project=project).order_by("name")[:MOST_DATASETS]
        self.fields["dataset"].choices = [(one.pk, one.name) for one in names]
        for name in TYPED:
            self.fields[name].widget.attrs["hx-preserve"] = "true"  # what is typed meanwhile stays
        self._of_watched()
        self._of_baseline()

    def sent(self, name: str) -> str:
        """What stands in a field: as sent, else as the monitor has it."""
        given = self.data.get(name) if self.is_bound else None
        return str(self.initial.get(name, "") if given is None else given)

    @property
    def chosen_one(self) -> Watched | None:
        return WATCHED.get(self.sent("watched"))

    def _of_watched(self) -> None:
        watched = self.chosen_one or next(iter(WATCHED.values()))
        self.fields["watched"].help_text = watched.about
        if not watched.takes_key:
            del self.fields["key"]
        if not watched.takes_figure:
            del self.fields["figure"]
        kind = self.kind_of(watched)
        self.fields["kind"].choices = [(str(one), KINDS[one]) for one in watched.kinds]
        if len(watched.kinds) == 1:
            del self.fields["kind"]
        methods = METHODS[kind]
        if len(methods) == 1:
            del self.fields["method"]
            return
        usual = ("", gettext_lazy("Chosen by type and sample size"))
        self.fields["method"].choices = [usual, *((str(one), METHOD_WORDS[one]) for one in methods)]
        self.fields["method"].help_text = default_words(kind)

    def _of_baseline(self) -> None:
        kind, since = self.sent("baseline"), self.sent("since") or "moment"
        takes = {
            BaselineKind.ROLLING: {"reference_hours"},
            BaselineKind.SAME_HOURS: {"weeks", "zone"},
            BaselineKind.FIXED: {"start", "end"},
            BaselineKind.SINCE: {"reference_hours", "since"},
            BaselineKind.DATASET: {"dataset"},
        }.get(kind, {"reference_hours"})  # type: ignore[call-overload]
        if kind == BaselineKind.SINCE:
            takes |= {
                "release": {"release"},
                "prompt": {"prompt", "prompt_version"},
            }.get(since, {"start"})
        for name in (
            "reference_hours", "weeks", "zone", "since", "start", "end", "release", "prompt",
            "prompt_version", "dataset",
        ):  # fmt: skip
            if name not in takes:
                del self.fields[name]
            elif name not in ("since",):
                self.fields[name].required = True

    def sections(self) -> list[Section]:
        """The fields that there are, in the parts that the page shows. A change of one of `turns`
        brings others.
        """
        return [
            Section(title, about, [self[name] for name in names if name in self.fields], turns)
            for title, about, names, turns in PARTS
        ]

    def kind_of(self, watched: Watched) -> Kind:
        sent = self.sent("kind")
        return next((one for one in watched.kinds if str(one) == sent), watched.kinds[0])

    def clean_name(self) -> str:
        return visible(" ".join(self.cleaned_data["name"].split()))

    def clean_key(self) -> str:
        key = visible(self.cleaned_data["key"].strip())
        watched = self.chosen_one
        if not key and watched and watched.takes is not Takes.ATTRIBUTE:
            raise ValidationError(_("A name is needed here."))
        return key

    def clean_query(self) -> str:
        """Each problem is said with the place it stands at."""
        query = self.cleaned_data["query"].strip()
        problems = parsed(query).problems
        if problems:
            raise ValidationError(
                [
                    f"{place}: {one.message}" if (place := query[one.start : one.end][:60])
                    else str(one.message)
                    for one in problems[:5]
                ]
            )  # fmt: skip
        return query

    def clean_zone(self) -> str:
        name = self.cleaned_data["zone"].strip()
        if name not in available_timezones():
            words = _("There is no time zone “%(name)s”. One is called Asia/Seoul, for example.")
            raise ValidationError(words % {"name": name[:64]})
        return name

    def clean_least_effect(self) -> float | None:
        least = self.cleaned_data["least_effect"]
        if least is not None and not (0 < least < 1e6 and math.isfinite(least)):
            raise ValidationError(_("A number above 0, such as 0.1."))
        return least

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                said["chosen"] = self.chosen(said)
            except InvalidBaseline as error:
                self.add_error("start" if "start" in self.fields else "baseline", str(error))
        return said

    def chosen(self, said: Mapping[str, Any]) -> Chosen:
        """Raises InvalidBaseline."""
        plain = Chosen()
        kept = {
            name: said[name]
            for name in (
                "current_hours", "reference_hours", "weeks", "zone", "release", "prompt",
                "prompt_version", "dataset",
            )
            if said.get(name) not in (None, "")
        }  # fmt: skip
        moments = {name: said[name].astimezone(UTC) for name in ("start", "end") if said.get(name)}
        kind = BaselineKind(said["baseline"])
        return Chosen(**{"current_hours": plain.current_hours, **kept, **moments, "kind": kind})

    def wanted(self) -> DriftMonitor:
        """The monitor with what the form says; not yet saved. Of a valid form alone."""
        said, monitor = self.cleaned_data, self.monitor
        watched = WATCHED[said["watched"]]
        monitor.name, monitor.note = said["name"], said["note"]
        monitor.watched, monitor.kind = watched.name, str(self.kind_of(watched))
        monitor.key, monitor.figure = said.get("key", ""), said.get("figure", "")
        monitor.query, monitor.method = said["query"], said.get("method", "")
        monitor.baseline = stored(said["chosen"])
        monitor.__dict__.pop("chosen", None)  # it is kept from when it was first asked for
        monitor.least_effect, monitor.alpha = said["least_effect"], said["alpha"]
        monitor.least_samples, monitor.every_hours = said["least_samples"], said["every_hours"]
        is_corrected = said["is_corrected"]
        monitor.correction = str(Correction.BENJAMINI_HOCHBERG if is_corrected else Correction.NONE)
        monitor.by = [name for name in DIMENSIONS if name in said["by"]]
        return monitor

    def refuse(self, error: ValueError) -> None:
        """What only saving could find."""
        self.add_error(None, str(error))


def visible(value: str) -> str:
    if not value.isprintable():
        raise ValidationError(_("Visible characters only."))
    return value

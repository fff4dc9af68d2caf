"""The form that asks for experiments: versions of a prompt, models, a dataset, evaluators."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import CharField, F, Func
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks.registry import CHECKS, GROUPS, Check
from evals.datasets.items import items_at
from evals.datasets.models import Dataset
from evals.experiments.models import MAX_DESCRIPTION, MAX_NAME
from evals.experiments.running.evaluators import (
    CHECK,
    JUDGE,
    MOST_EVALUATORS,
    PROJECT_CHECK,
    Evaluator,
    offered,
)
from evals.experiments.running.planning import Wish
from evals.judges.models import Evaluator as Judge
from evals.judges.models import State
from llm.models import MAX_MODEL, LlmConnection
from prompts.gates.fields import Lines
from prompts.models import Prompt, PromptVersion

MOST_VERSIONS = 20  # that are offered, the newest
MOST_RUNS = 8  # that one form starts
MOST_SPLITS = 100
MAX_SETTINGS = 160  # characters of a check's settings
NUMBERS = {"temperature": (0.0, 10.0), "top_p": (0.0, 1.0)}


class Models(Lines):
    def validate(self, value: Any) -> None:
        super().validate(value)
        if not value:
            raise forms.ValidationError(_("Name a model."))
        if any(len(one) > MAX_MODEL for one in value):
            words = _("A model's name has at most %(most)d characters.")
            raise forms.ValidationError(words % {"most": MAX_MODEL})


class RunForm(forms.Form):
    """Valid, it gives `wishes`."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=MAX_NAME - 100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=MAX_DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    versions = forms.MultipleChoiceField(
        label=gettext_lazy("Versions"), widget=forms.CheckboxSelectMultiple
    )
    connection = forms.ChoiceField(label=gettext_lazy("LLM connection"))
    models = Models(
        label=gettext_lazy("Models"),
        help_text=gettext_lazy("One on each line: every version is run with every model."),
    )
    temperature = forms.FloatField(
        label=gettext_lazy("Temperature"), required=False, min_value=0, max_value=10,
        help_text=gettext_lazy("Empty: as the version says, else the provider's own."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    max_tokens = forms.IntegerField(
        label=gettext_lazy("Tokens of an answer at most"), required=False,
        min_value=1, max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    split = forms.ChoiceField(label=gettext_lazy("Items"), required=False)
    moment = forms.DateTimeField(
        label=gettext_lazy("As the dataset was at (UTC)"),
        required=False,
        help_text=gettext_lazy("Empty: as it is now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )
    evaluators = forms.MultipleChoiceField(
        label=gettext_lazy("Evaluators"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Checks cost nothing. Judges call a model for every answer."),
    )

    def __init__(
        self,
        *args: Any,
        dataset: Dataset,
        prompt: Prompt,
        connections: Sequence[LlmConnection],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        self.known_versions = {str(one.number): one for one in newest(prompt)}
        self.known_connections = {one.pk: one for one in connections}
        self.offered = {one.key: one for one in offered(dataset.project_id)}
        self.choose("versions", [(key, named(one)) for key, one in self.known_versions.items()])
        self.choose("connection", [(one.pk, one.name) for one in connections])
        self.choose(
            "split", [("", _("All active items")), *((one, one) for one in splits(dataset))]
        )
        self.groups = grouped(self.offered.values(), paused_in(dataset.project_id))
        self.choose("evaluators", self.groups)

    @property
    def evaluator_groups(self) -> list[tuple[str, list[forms.boundfield.BoundWidget]]]:
        """A heading and its boxes."""
        boxes = iter(self["evaluators"].subwidgets)
        return [(words, [next(boxes) for _one in some]) for words, some in self.groups]

    def choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_moment(self) -> datetime | None:
        moment = self.cleaned_data["moment"]
        if moment is None:
            return None
        moment = moment.replace(tzinfo=UTC)
        if moment > timezone.now():
            raise forms.ValidationError(_("The dataset cannot be read as it will be."))
        return moment

    def clean_evaluators(self) -> list[Evaluator]:
        chosen = [self.offered[key] for key in self.cleaned_data["evaluators"]]
        if len(chosen) > MOST_EVALUATORS:
            words = _("At most %(most)d evaluators.")
            raise forms.ValidationError(words % {"most": MOST_EVALUATORS})
        return chosen

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        runs = len(data.get("versions", ())) * len(data.get("models", ()))
        if runs > MOST_RUNS:
            words = _("That would be %(runs)d experiments; at most %(most)d at once.")
            raise forms.ValidationError(words % {"runs": runs, "most": MOST_RUNS})
        return data

    @property
    def wishes(self) -> list[Wish]:
        data = self.cleaned_data
        given = {name: data[name] for name in ("temperature", "max_tokens")}
        versions = [self.known_versions[key] for key in data["versions"]]
        return [
            Wish(
                dataset=self.dataset,
                name=self.name_of(version, model),
                version=version,
                connection=self.known_connections[data["connection"]],
                model=model,
                parameters={name: value for name, value in given.items() if value is not None},
                evaluators=data["evaluators"],
                split=data["split"],
                moment=data["moment"],
                description=data["description"],
            )
            for version in versions
            for model in data["models"]
        ]

    def name_of(self, version: PromptVersion, model: str) -> str:
        """With what tells it from the others that are started with it."""
        data = self.cleaned_data
        parts = [data["name"]]
        if len(data["versions"]) > 1:
            parts.append(f"v{version.number}")
        if len(data["models"]) > 1:
            parts.append(model)
        return " · ".join(parts)[:MAX_NAME]


def newest(prompt: Prompt) -> list[PromptVersion]:
    found = prompt.versions.select_related("prompt").prefetch_related("labels")
    return list(found.order_by("-number")[:MOST_VERSIONS])


def named(version: PromptVersion) -> str:
    labels = ", ".join(sorted(one.name for one in version.labels.all()))
    return f"v{version.number} ({labels})" if labels else f"v{version.number}"


def paused_in(project_id: str) -> set[str]:
    found = Judge.objects.filter(project=project_id, state=State.PAUSED)
    return set(found.values_list("name", flat=True))


def grouped(
    evaluators: Iterable[Evaluator], paused: Collection[str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Judges, the project's own checks, and the others as the pages of checks group them; in each
    group by name.
    """
    headings = {
        JUDGE: _("Judges"),
        PROJECT_CHECK: _("Checks of this project"),
        **{group: str(words) for group, words in GROUPS.items()},
    }
    found: dict[str, list[tuple[str, str]]] = {key: [] for key in headings}
    for one in evaluators:
        group = CHECKS[one.ref].group if one.kind == CHECK else one.kind
        found[group].append((one.key, words_of(one, is_paused=one.name in paused)))
    return [
        (headings[key], sorted(some, key=lambda choice: choice[1].casefold()))
        for key, some in found.items()
        if some
    ]


def words_of(one: Evaluator, *, is_paused: bool = False) -> str:
    """What it is, by the name that its score gets where somebody chose one, and its settings."""
    if one.kind == JUDGE:
        return _("%(name)s (paused)") % {"name": one.name} if is_paused else one.name
    check = CHECKS[one.ref]
    said = str(check.title)
    if one.kind == PROJECT_CHECK and one.name != one.ref:
        said = f"{one.name} ({said})"
    settings = settings_of(check, one.options)
    return f"{said} · {settings}" if settings else said


def settings_of(check: Check, options: Mapping[str, Any]) -> str:
    """Those that are set, each by its label; of a switch its label alone."""
    said = []
    for option in check.options:
        field, value = option.field(), options.get(option.key)
        if value is True:
            said.append(str(field.label))
        elif value not in (None, False, "", []):
            said.append(f"{field.label}: {setting_words(field, value)}")
    words = "; ".join(said)
    return words if len(words) <= MAX_SETTINGS else f"{words[:MAX_SETTINGS]}…"


def setting_words(field: forms.Field, value: Any) -> str:
    choices = {str(key): str(words) for key, words in getattr(field, "choices", ())}
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return ", ".join(choices.get(str(one), str(one)) for one in value)
    return choices.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))


def splits(dataset: Dataset) -> list[str]:
    names = items_at(dataset).annotate(
        one=Func(F("splits"), function="unnest", output_field=CharField())
    )
    return sorted(names.order_by().values_list("one", flat=True).distinct()[:MOST_SPLITS])

"""In which parts the form of a monitor is shown."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Section:
    title: str | Promise
    about: str | Promise
    fields: list[forms.BoundField]
    turns: tuple[str, ...]


PARTS = (
    (
        gettext_lazy("What is watched"),
        gettext_lazy("One figure, text or vector of your calls, traces or scores."),
        ("name", "watched", "kind", "key", "figure", "query", "note"),
        ("watched", "kind"),
    ),
    (
        gettext_lazy("Compared with what"),
        gettext_lazy("The last hours are held against a reference."),
        ("current_hours", "baseline", "reference_hours", "weeks", "zone", "since", "start", "end",
         "release", "prompt", "prompt_version", "dataset", "every_hours"),
        ("baseline", "since"),
    ),
    (
        gettext_lazy("From where on it is a drift"),
        gettext_lazy("Where the effect is large enough, and chance alone would hardly make it."),
        ("method", "least_effect", "alpha", "least_samples", "is_corrected", "by"),
        (),
    ),
)  # fmt: skip

"""How scores are written on their pages: `{% load scores %}`."""

from django import template
from django.utils.translation import gettext_lazy

from evals.scores.drawing import Lines
from evals.scores.models import DataType
from traces.queries.score_pairs import Which

register = template.Library()

MINUS = "−"
# J. R. Landis, G. G. Koch, “The measurement of observer agreement for categorical data”,
# Biometrics 33 (1977): the least κ of each word.
KAPPAS = (
    (0.81, gettext_lazy("almost perfect")),
    (0.61, gettext_lazy("substantial")),
    (0.41, gettext_lazy("moderate")),
    (0.21, gettext_lazy("fair")),
    (0.0, gettext_lazy("slight")),
)


@register.filter
def coefficient(value: float) -> str:
    """Two digits, with a sign that is seen."""
    return f"{MINUS if value <= -0.005 else ''}{abs(value):.2f}"


@register.filter
def kappa_words(kappa: float) -> str:
    found = (words for least, words in KAPPAS if kappa >= least)
    return str(next(found, gettext_lazy("worse than chance")))


@register.filter
def score_type(data_type: str) -> str:
    return str(DataType(data_type).label) if data_type in DataType.values else data_type


@register.filter
def line_names(course: Lines) -> list[str]:
    return [line.name for line in course.lines]


@register.filter
def is_choice(which: Which | None, value: str) -> bool:
    return which is not None and f"{which.data_type}:{which.name}" == value


@register.filter
def chosen_in(which: Which, choices: list[tuple[str, str, str]]) -> bool:
    return any(is_choice(which, value) for value, _name, _type in choices)

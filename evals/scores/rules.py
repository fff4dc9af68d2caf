"""Which values a score configuration takes. Pure, but for the words in which it refuses."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evals.scores.models import DataType, ScoreConfig

BOOLEAN_CATEGORIES = ({"label": "True", "value": 1}, {"label": "False", "value": 0})


class InvalidScore(Exception):
    """The configuration takes no such value: a sentence that says what it takes."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A value as a score keeps it (traces.records.Score): a category has its number too."""

    data_type: str
    value: float | None
    string_value: str


def checked(config: ScoreConfig, value: object) -> Checked:
    """The value as it is stored. Raises InvalidScore.

    NUMERIC takes a finite number, BOOLEAN true, false, 1 or 0, CATEGORICAL a category's label and
    TEXT any text but the empty one.
    """
    return CHECKS[DataType(config.data_type)](config, value)


def checked_number(config: ScoreConfig, value: object) -> Checked:
    number = finite(value)
    if number is None:
        raise InvalidScore(_("“%(name)s” takes a number.") % {"name": config.name})
    if config.min_value is not None and number < config.min_value:
        words = _("“%(name)s” takes no value below %(bound)s.")
        raise InvalidScore(words % {"name": config.name, "bound": f"{config.min_value:g}"})
    if config.max_value is not None and number > config.max_value:
        words = _("“%(name)s” takes no value above %(bound)s.")
        raise InvalidScore(words % {"name": config.name, "bound": f"{config.max_value:g}"})
    return Checked(str(DataType.NUMERIC), number, "")


def checked_boolean(config: ScoreConfig, value: object) -> Checked:
    number = float(value) if isinstance(value, bool) else finite(value)
    if number not in (0, 1):
        raise InvalidScore(_("“%(name)s” takes 1 or 0.") % {"name": config.name})
    return Checked(str(DataType.BOOLEAN), number, "True" if number else "False")


def checked_category(config: ScoreConfig, value: object) -> Checked:
    for category in config.categories or ():
        if category["label"] == value:
            return Checked(
                str(DataType.CATEGORICAL), float(category["value"]), str(category["label"])
            )
    labels = ", ".join(str(category["label"]) for category in config.categories or ())
    words = _("“%(name)s” takes one of these: %(labels)s.")
    raise InvalidScore(words % {"name": config.name, "labels": labels})


def checked_text(config: ScoreConfig, value: object) -> Checked:
    if not isinstance(value, str) or not value.strip():
        raise InvalidScore(_("“%(name)s” takes a text.") % {"name": config.name})
    return Checked(str(DataType.TEXT), None, value)


def finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


CHECKS = {
    DataType.NUMERIC: checked_number,
    DataType.BOOLEAN: checked_boolean,
    DataType.CATEGORICAL: checked_category,
    DataType.TEXT: checked_text,
}

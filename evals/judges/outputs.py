"""What a judge may answer: the kinds of verdict, their schema, and the strict check. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

NUMERIC, BOOLEAN, CATEGORICAL, SHARE = "numeric", "boolean", "categorical", "share"
KINDS = (NUMERIC, BOOLEAN, CATEGORICAL, SHARE)
MOST_CHOICES = 20
MAX_CHOICE = 100
MOST_ITEMS = 200
MAX_ITEM = 5_000
MAX_REASONING = 20_000
MAX_BOUND = 1e9


class InvalidOutput(ValueError):
    """The message says what is wrong with the shape that was asked for."""


class WrongAnswer(ValueError):
    """The message says in which way the judge's answer is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Output:
    """The shape of a verdict. `share` is a list of single findings, each true or false: the score
    is the share that is true, which Sonde works out and not the model.
    """

    kind: str
    least: float = 0.0
    most: float = 1.0
    choices: tuple[str, ...] = ()

    @property
    def data_type(self) -> str:
        """As scores name it."""
        return {BOOLEAN: "BOOLEAN", CATEGORICAL: "CATEGORICAL"}.get(self.kind, "NUMERIC")

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": self.kind}
        if self.kind == NUMERIC:
            told |= {"min": self.least, "max": self.most}
        if self.kind == CATEGORICAL:
            told["choices"] = list(self.choices)
        return told


@dataclass(frozen=True, slots=True)
class Score:
    """A checked verdict, as a score holds it."""

    value: float | None
    string_value: str
    reasoning: str
    items: tuple[tuple[str, bool], ...] = ()


def output_of(given: Any) -> Output:
    """Raises InvalidOutput."""
    if not isinstance(given, Mapping) or given.get("kind") not in KINDS:
        raise InvalidOutput(_("Choose what the judge answers: a number, yes or no, a category."))
    if given["kind"] == NUMERIC:
        return _numeric(given)
    if given["kind"] == CATEGORICAL:
        return Output(CATEGORICAL, choices=_choices(given.get("choices")))
    return Output(given["kind"])


def _numeric(given: Mapping[str, Any]) -> Output:
    least, most = (_number(given.get(name)) for name in ("min", "max"))
    if least is None or most is None or not -MAX_BOUND <= least < most <= MAX_BOUND:
        raise InvalidOutput(_("Give the least and the greatest value, the least first."))
    return Output(NUMERIC, least, most)


def _choices(given: Any) -> tuple[str, ...]:
    found = [one.strip() for one in given if isinstance(one, str)] if type(given) is list else []
    found = [one for one in found if one]
    if not 2 <= len(found) <= MOST_CHOICES or len(set(found)) < len(found):
        words = _("Give 2 to %(most)d categories, each once.")
        raise InvalidOutput(words % {"most": MOST_CHOICES})
    if any(len(one) > MAX_CHOICE for one in found):
        raise InvalidOutput(_("A category has at most %(most)d characters.") % {"most": MAX_CHOICE})
    return tuple(found)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def schema_of(output: Output) -> dict[str, Any]:
    """The JSON schema of the answer. Reasoning comes first: a model that has to give its reasons
    before its verdict gives them a chance to matter.
    """
    properties: dict[str, Any] = {"reasoning": {"type": "string"}, **_score_schema(output)}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _score_schema(output: Output) -> dict[str, Any]:
    if output.kind == NUMERIC:
        return {"score": {"type": "number", "minimum": output.least, "maximum": output.most}}
    if output.kind == BOOLEAN:
        return {"score": {"type": "boolean"}}
    if output.kind == CATEGORICAL:
        return {"score": {"type": "string", "enum": list(output.choices)}}
    item = {
        "type": "object",
        "properties": {"item": {"type": "string"}, "holds": {"type": "boolean"}},
        "required": ["item", "holds"],
        "additionalProperties": False,
    }
    return {"items": {"type": "array", "items": item}}


def checked(output: Output, answer: Mapping[str, Any]) -> Score:
    """Raises WrongAnswer: nothing is rounded, cut to the range or guessed."""
    wanted = {"reasoning", "items" if output.kind == SHARE else "score"}
    if missing := wanted - answer.keys():
        raise WrongAnswer(f"The answer lacks “{sorted(missing)[0]}”.")
    if extra := answer.keys() - wanted:
        raise WrongAnswer(f"The answer holds “{min(extra)[:100]}”, which was not asked for.")
    reasoning = answer["reasoning"]
    if not isinstance(reasoning, str):
        raise WrongAnswer("“reasoning” is no text.")
    reasoning = reasoning.strip()[:MAX_REASONING]
    if output.kind == SHARE:
        items = _items(answer["items"])
        share = sum(holds for _item, holds in items) / len(items)
        return Score(share, "", reasoning, items)
    value, string_value = _value(output, answer["score"])
    return Score(value, string_value, reasoning)


def _value(output: Output, said: Any) -> tuple[float | None, str]:
    if output.kind == BOOLEAN:
        if not isinstance(said, bool):
            raise WrongAnswer("“score” is neither true nor false.")
        return float(said), str(said)
    if output.kind == CATEGORICAL:
        if not isinstance(said, str) or said not in output.choices:
            raise WrongAnswer("“score” is none of the categories.")
        return None, said
    number = _number(said)
    if number is None:
        raise WrongAnswer("“score” is no number.")
    if not output.least <= number <= output.most:
        raise WrongAnswer(f"“score” is not between {output.least:g} and {output.most:g}.")
    return number, ""


def _items(said: Any) -> tuple[tuple[str, bool], ...]:
    if not isinstance(said, list):
        raise WrongAnswer("“items” is no list.")
    if not said:
        raise WrongAnswer("“items” is empty: there was nothing to judge.")
    if len(said) > MOST_ITEMS:
        raise WrongAnswer(f"“items” has more than {MOST_ITEMS} entries.")
    found = []
    for number, one in enumerate(said, 1):
        is_item = isinstance(one, Mapping) and one.keys() == {"item", "holds"}
        if not is_item or not isinstance(one["item"], str) or not isinstance(one["holds"], bool):
            raise WrongAnswer(f"Entry {number} of “items” is not {{item, holds}}.")
        found.append((one["item"][:MAX_ITEM], one["holds"]))
    return tuple(found)

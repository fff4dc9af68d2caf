"""A check: pure, bounded, and made of options that a form or an API fills in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from evals.checks.subject import Outcome, Run, Subject

NUMERIC, BOOLEAN, CATEGORICAL = "NUMERIC", "BOOLEAN", "CATEGORICAL"
HIGHER, LOWER = "higher", "lower"
# What a check needs beyond the texts and figures that every call has.
EXPECTED, CONTEXTS, EXPECTED_CONTEXTS, EXPECTED_TOOLS = (
    "expected output",
    "contexts",
    "expected contexts",
    "expected tool calls",
)


class InvalidOptions(ValueError):
    """The message names the option and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a check. `field` makes the form field that asks for it and bounds it. Of what
    `must_be_told` the default only shows how it is written: it says nothing of anybody's texts.
    """

    key: str
    field: Callable[[], forms.Field]
    default: Any = None
    must_be_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`run` never raises for whatever a subject holds, and answers None where there is nothing to
    say: no text, no expected output. `better` is the direction of scores, None where there is none.
    `limit` names the option from which on a numeric score counts as failed.
    """

    key: str
    title: Any  # words, told in the reader's language
    description: Any
    run: Run
    group: str
    data_type: str = BOOLEAN
    better: str | None = HIGHER
    options: tuple[Option, ...] = ()
    needs: frozenset[str] = frozenset()
    limit: str = ""

    def form(self, data: Any = None, *, kept: Mapping[str, Any] | None = None) -> forms.Form:
        """The options' form, filled with what is kept of them or with the defaults."""
        initial = {option.key: option.default for option in self.options} | dict(kept or {})
        form = forms.Form(data, initial=initial, prefix="o")
        for option in self.options:
            form.fields[option.key] = option.field()
        return form

    def options_of(self, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What is given, checked, and the defaults of what is not. Raises InvalidOptions."""
        given = given or {}
        if unknown := given.keys() - {option.key for option in self.options}:
            raise InvalidOptions(f"{self.key} has no option {sorted(unknown)[0]!r}.")
        found = {}
        for option in self.options:
            value = given.get(option.key, option.default)
            field = option.field()
            try:
                found[option.key] = field.clean(field.prepare_value(value))
            except forms.ValidationError as error:
                raise InvalidOptions(f"{option.key}: {error.messages[0]}") from error
        return found

    def outcome(self, subject: Subject, options: Mapping[str, Any] | None = None) -> Outcome | None:
        """With options as `options_of` gives them, or with the defaults."""
        return self.run(subject, self.options_of() if options is None else options)

    def is_failed(self, outcome: Outcome, options: Mapping[str, Any]) -> bool | None:
        """None where the score is neither good nor bad."""
        bound = self.bound(options)
        if bound is None or isinstance(outcome.score, str):
            return None
        score = float(outcome.score)
        return score < bound if self.better == HIGHER else score > bound

    def bound(self, options: Mapping[str, Any]) -> float | None:
        """Scores on the worse side of it are failures; None where none is."""
        if self.better is None:
            return None
        if self.data_type == BOOLEAN:
            return 0.5
        limit = options.get(self.limit) if self.limit else None
        return None if limit is None else float(limit)

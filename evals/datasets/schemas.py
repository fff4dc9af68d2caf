"""Whether an item meets its dataset's JSON schemas. Nothing is fetched, and no schema runs long."""

import json
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from evals.datasets.models import Dataset
from prompts.playground.verdict import (
    MOST_PARTS,
    UNCHECKED,
    TooMuch,
    counted,
    parts_of,
    worded,
)

MAX_CHARACTERS = 100_000
MOST_SECONDS = 15.0  # of checking the items of one change
MOST_TOLD = 3
MAX_WORDS = 300


class InvalidSchema(ValueError):
    """The message says what is wrong with the schema."""


class Checking:
    """Holds values against a dataset's schemas, as long as its time lasts: one check is bounded,
    and so are a thousand of them, under a lock.
    """

    def __init__(self, schemas: Mapping[str, Mapping[str, Any] | None], seconds: float) -> None:
        self.schemas = schemas
        self.until = time.monotonic() + seconds

    def broken(self, name: str, value: Any) -> list[str]:
        schema = self.schemas[name]
        if schema is not None and time.monotonic() > self.until:
            return [_("The check against the schema would take too long.")]
        return broken(value, schema)


def schema_of(given: Any) -> dict[str, Any] | None:
    """The schema as it is kept, None where there is none. Raises InvalidSchema."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise InvalidSchema(_("A schema must be a JSON object."))
    if parts_of(given) > MOST_PARTS or len(json.dumps(given)) > MAX_CHARACTERS:
        words = _("The schema is too large: it may have %(parts)s parts.")
        raise InvalidSchema(words % {"parts": f"{MOST_PARTS:,}"})
    try:
        Draft202012Validator.check_schema(given)
    except SchemaError as error:
        raise InvalidSchema(error.message[:MAX_WORDS]) from error
    except RecursionError as error:
        raise InvalidSchema(_("The schema is nested too deeply.")) from error
    return given


def broken(value: Any, schema: Mapping[str, Any] | None) -> list[str]:
    """What of the value breaks the schema, a few of many; nothing where it is met."""
    if schema is None:
        return []
    checker = counted()(dict(schema), registry=Registry())
    try:
        return [worded(found) for found in islice(checker.iter_errors(value), MOST_TOLD)]
    except Unresolvable as error:
        return [f"$ref: {error.ref}"[:MAX_WORDS]]
    except (TooMuch, RecursionError):
        return [_("The check against the schema would take too long.")]


def checking_of(dataset: Dataset) -> Checking:
    of = {"input": dataset.input_schema, "expected_output": dataset.expected_output_schema}
    return Checking(of, MOST_SECONDS)


def problems_of(fields: Mapping[str, Any], checking: Checking) -> list[str]:
    """What of an item breaks the schemas. An expected output that is not known yet breaks none."""
    told = []
    for one in checking.broken("input", fields["input"]):
        told.append(_("Input: %(problem)s") % {"problem": one})
    if fields["expected_output"] is not None:
        for one in checking.broken("expected_output", fields["expected_output"]):
            told.append(_("Expected output: %(problem)s") % {"problem": one})
    return told


def unchecked_in(schema: Mapping[str, Any] | None) -> list[str]:
    """The keywords in it that are kept and not checked."""
    return sorted({key for key in _keys(schema) if key in UNCHECKED})


def _keys(schema: Any) -> Iterator[str]:
    left = [schema]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield from part
            left += part.values()
        elif isinstance(part, list):
            left += part

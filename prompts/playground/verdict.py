"""Whether an answer meets its JSON schema. Nothing is fetched, and no schema can run for long."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_SHOWN = 5
MOST_STEPS = 10_000
MAX_CHARACTERS = 1_000_000
MOST_UNIQUE = 1_000  # of a list whose items must differ: each may be held against each
# Python's patterns take as long as whoever wrote them likes, and what is unevaluated is looked for
# along references that nobody counts.
UNCHECKED = ("pattern", "patternProperties", "unevaluatedProperties", "unevaluatedItems")
MAX_WORDS = 300


class TooMuch(Exception):
    """The schema asks for more steps than a check may take."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`meets` is None where it could not be checked; `pretty` is empty where it is no JSON."""

    meets: bool | None
    problems: tuple[str, ...] = ()
    pretty: str = ""


def pretty_of(answer: str) -> str:
    """JSON, laid out; empty where the answer is none, or a bare word or number."""
    try:
        value = json.loads(answer)
        return json.dumps(value, ensure_ascii=False, indent=2) if is_nested(value) else ""
    except (ValueError, RecursionError):
        return ""


def is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def verdict(answer: str, schema: Mapping[str, Any]) -> Verdict:
    if len(answer) > MAX_CHARACTERS:
        return Verdict(None)
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError) as error:
        return Verdict(False, (f"JSON: {error}"[:MAX_WORDS],))
    pretty = pretty_of(answer)
    try:
        Draft202012Validator.check_schema(dict(schema))
        checker = counted()(dict(schema), registry=Registry())
        problems = [
            f"{found.json_path}: {found.message}"[:MAX_WORDS]
            for found in islice(checker.iter_errors(value), MOST_SHOWN)
        ]
    except SchemaError as error:
        return Verdict(None, (error.message[:MAX_WORDS],), pretty)
    except Unresolvable as error:
        return Verdict(None, (f"$ref: {error.ref}"[:MAX_WORDS],), pretty)
    except (TooMuch, RecursionError):
        return Verdict(None, (), pretty)
    return Verdict(not problems, tuple(problems), pretty)


def counted() -> Any:
    """A validator that takes a bounded number of steps, and leaves UNCHECKED out."""
    steps = 0

    def step(of: str) -> Any:
        check = Draft202012Validator.VALIDATORS[of]

        def checked(checker: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
            nonlocal steps
            steps += 1
            is_long = isinstance(value, list) and len(value) > MOST_UNIQUE
            if steps > MOST_STEPS or (of == "uniqueItems" and is_long):
                raise TooMuch
            yield from check(checker, wanted, value, schema) or ()

        return checked

    def unchecked(*_: Any) -> None:
        return None

    steps_of = {name: step(name) for name in Draft202012Validator.VALIDATORS}
    return extend(Draft202012Validator, steps_of | dict.fromkeys(UNCHECKED, unchecked))

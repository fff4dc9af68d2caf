"""Whether an answer meets its JSON schema. Nothing is fetched, and no schema can run for long."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_SHOWN = 5
MOST_STEPS = 10_000
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
    except (TooMuch, Unresolvable, RecursionError) as error:
        return Verdict(None, (type(error).__name__,), pretty)
    return Verdict(not problems, tuple(problems), pretty)


def counted() -> Any:
    """A validator that follows a bounded number of references, and leaves out patterns: Python's
    take as long as whoever wrote them likes.
    """
    steps = 0

    def step(of: str) -> Any:
        check = Draft202012Validator.VALIDATORS[of]

        def checked(*args: Any) -> Iterator[ValidationError]:
            nonlocal steps
            steps += 1
            if steps > MOST_STEPS:
                raise TooMuch
            yield from check(*args) or ()

        return checked

    def unchecked(*_: Any) -> None:
        return None

    return extend(
        Draft202012Validator,
        {
            **{name: step(name) for name in Draft202012Validator.VALIDATORS},
            "pattern": unchecked,
            "patternProperties": unchecked,
        },
    )

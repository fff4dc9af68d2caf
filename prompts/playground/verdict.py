"""Whether an answer meets its JSON schema. Nothing is fetched, and no schema can run for long."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_SHOWN = 5
MOST_STEPS = 10_000
MOST_SECONDS = 2.0
MOST_PARTS = 2_000  # of a schema: even whether it is one costs a step or more for each
MOST_WORK = 50_000_000  # characters looked at or repeated: a finding repeats what it is about
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
        words = _("The answer is longer than %(most)s characters.")
        return Verdict(None, (words % {"most": f"{MAX_CHARACTERS:,}"},))
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError) as error:
        return Verdict(False, (f"JSON: {error}"[:MAX_WORDS],))
    pretty = pretty_of(answer)
    if parts_of(schema) > MOST_PARTS:
        words = _("The schema has more than %(most)s parts.") % {"most": f"{MOST_PARTS:,}"}
        return Verdict(None, (words,), pretty)
    try:
        Draft202012Validator.check_schema(dict(schema))
        checker = counted()(dict(schema), registry=Registry())
        problems = [worded(found) for found in islice(checker.iter_errors(value), MOST_SHOWN)]
    except SchemaError as error:
        return Verdict(None, (error.message[:MAX_WORDS],), pretty)
    except Unresolvable as error:
        return Verdict(None, (f"$ref: {error.ref}"[:MAX_WORDS],), pretty)
    except (TooMuch, RecursionError):
        return Verdict(None, (_("The check would take too long."),), pretty)
    return Verdict(not problems, tuple(problems), pretty)


def worded(found: ValidationError) -> str:
    """Where it is and what is wrong, the values in JSON: the library writes them as Python does."""
    message = found.message
    wanted = [found.validator_value] if found.validator in ("const", "enum") else []
    for value in (*wanted, found.instance):
        message = message.replace(repr(value), json.dumps(value, ensure_ascii=False), 1)
    return f"{found.json_path}: {message}"[:MAX_WORDS]


def parts_of(schema: Mapping[str, Any]) -> int:
    """Its values, however deep, and no more than one above MOST_PARTS."""
    count, waiting = 0, [schema]
    while waiting and count <= MOST_PARTS:
        value: Any = waiting.pop()
        count += 1
        waiting.extend(inner_of(value))
    return count


def inner_of(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


class Sizes:
    """How many characters a value of JSON takes, about; of a nested one counted once only. For
    values that live as long as this does.
    """

    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    def of(self, value: Any) -> int:
        if isinstance(value, str):
            return len(value) + 2
        if not is_nested(value):
            return 8
        if (size := self.known.get(id(value))) is None:
            keys = sum(map(len, value)) if isinstance(value, dict) else 0
            size = 2 + keys + len(value) + sum(map(self.of, inner_of(value)))
            self.known[id(value)] = size
        return size


class Work:
    """What a check has cost so far."""

    def __init__(self) -> None:
        self.steps = self.done = 0
        self.until = time.monotonic() + MOST_SECONDS
        self.sizes = Sizes()

    def note(self, of: str, wanted: Any, value: Any) -> None:
        """Raises TooMuch."""
        # One finding for each name that is missing, and each repeats the value.
        times = len(wanted) + 1 if of == "required" and isinstance(wanted, list) else 1
        if of == "dependentRequired":
            times = self.sizes.of(wanted)
        self.steps += 1
        self.done += (self.sizes.of(wanted) + self.sizes.of(value)) * times
        is_late = time.monotonic() > self.until
        if self.steps > MOST_STEPS or self.done > MOST_WORK or is_late:
            raise TooMuch


def counted() -> Any:
    """A validator that does a bounded amount of work, and leaves UNCHECKED out."""
    work = Work()

    def step(of: str) -> Any:
        check = Draft202012Validator.VALIDATORS[of]

        def checked(checker: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
            work.note(of, wanted, value)
            if of == "uniqueItems" and isinstance(value, list) and len(value) > MOST_UNIQUE:
                raise TooMuch
            if of == "additionalProperties" and "patternProperties" in schema:
                return  # what is additional, the patterns say
            yield from check(checker, wanted, value, schema) or ()

        return checked

    def unchecked(*_: Any) -> None:
        return None

    steps_of = {name: step(name) for name in Draft202012Validator.VALIDATORS}
    return extend(Draft202012Validator, steps_of | dict.fromkeys(UNCHECKED, unchecked))

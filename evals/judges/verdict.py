"""Reading what a judge answered. Strict: whatever is not exactly what was asked for is no verdict.
Pure.
"""

import json
import re
from typing import Any

from evals.judges.outputs import Output, Score, WrongAnswer, checked
from prompts.kept import NO_TEXT

MAX_CHARACTERS = 200_000
# Models that were not held to a schema often put the one object they were asked for in a fence.
FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*)\n```", re.DOTALL | re.IGNORECASE)


def read(output: Output, answer: str) -> Score:
    """The score of an answer. Raises WrongAnswer."""
    if not answer.strip():
        raise WrongAnswer("The answer is empty.")
    if len(answer) > MAX_CHARACTERS:
        raise WrongAnswer(f"The answer has more than {MAX_CHARACTERS:,} characters.")
    fenced = FENCED.fullmatch(answer.strip())
    try:
        found = json.loads(
            fenced[1] if fenced else answer,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
        )
    except WrongAnswer:
        raise
    except (ValueError, RecursionError):
        raise WrongAnswer("The answer is not JSON.") from None
    if not isinstance(found, dict):
        raise WrongAnswer("The answer is JSON, but no object.")
    if NO_TEXT.search(json.dumps(found, ensure_ascii=False).replace("\\u0000", "\0")):
        raise WrongAnswer("The answer holds NULs or half characters.")
    return checked(output, found)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key said twice says two things."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise WrongAnswer("The answer says a key twice.")
    return found


def _no_constant(name: str) -> Any:
    raise WrongAnswer(f"The answer holds {name}, which is no number in JSON.")

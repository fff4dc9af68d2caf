"""What a check says of a text, asked for in one line."""

from evals.checks.registry import CHECKS, Subject


def said(key, subject=None, *, options=None, **fields):
    check = CHECKS[key]
    outcome = check.run(subject or Subject(**fields), check.options_of(options))
    return None if outcome is None else outcome.score

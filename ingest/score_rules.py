"""What else must hold of scores that other people's programs send: rules of those who know more.

A rule is asked once for all scores of a request. It may complete them (a type that was not stated,
a category's number), and says by its place which ones are not to be stored, and why.
"""

from collections.abc import Callable, Mapping, Sequence

from traces.records import Score

Rule = Callable[[str, Sequence[Score]], Mapping[int, str]]

rules: list[Rule] = []


def refused(project_id: str, scores: Sequence[Score]) -> dict[int, str]:
    """By the place of each score that is not to be stored: why."""
    found: dict[int, str] = {}
    for rule in rules:
        found.update(rule(project_id, scores) if scores else {})
    for score in scores:
        score.data_type = score.data_type or inferred_type(score)
    return found


def inferred_type(score: Score) -> str:
    """Of one that named a configuration instead of a type, and nobody knew it."""
    return "NUMERIC" if score.value is not None else "CATEGORICAL"

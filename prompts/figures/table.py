"""All versions of a prompt side by side."""

from dataclasses import dataclass

from prompts.bounds import Sample
from prompts.figures.comparing import MOST_SCORES, score_of
from prompts.figures.statistics import Share
from prompts.models import Prompt
from traces.queries.prompts import Calls, calls_of, scores_of_calls

MOST_VERSIONS = 100


@dataclass(frozen=True, slots=True)
class Score:
    name: str
    value: Sample | Share

    @property
    def is_share(self) -> bool:
        return isinstance(self.value, Share)


@dataclass(frozen=True, slots=True)
class Row:
    """`is_there` is False of a version that was called and is deleted since."""

    calls: Calls
    scores: list[Score]
    labels: list[str]
    is_there: bool

    @property
    def errors(self) -> Share:
        return Share(self.calls.errors, self.calls.calls)


def table_of(project_id: str, prompt: Prompt, *, since: int, until: int) -> list[Row]:
    """Those that were called, the newest first."""
    calls = calls_of(project_id, prompt.name, since=since, until=until)
    scores = scores_of_calls(project_id, prompt.name, since=since, until=until)
    there = set(prompt.versions.values_list("number", flat=True))
    labels: dict[int, list[str]] = {}
    for name, number in prompt.labels.order_by("name").values_list("name", "version__number"):
        labels.setdefault(number, []).append(name)
    found = []
    for one in sorted(calls, key=lambda one: -one.version)[:MOST_VERSIONS]:
        judged = [score for score in scores if score.version == one.version][:MOST_SCORES]
        shown = [
            Score(score.name, value)
            for score in judged
            if (value := score_of(score, is_boolean=score.is_boolean and 0 <= score.mean <= 1))
        ]
        found.append(Row(one, shown, labels.get(one.version, []), one.version in there))
    return found

"""The names of scores that a project has, for people to choose from."""

from traces.queries.metrics import SCORES, Measure, Question, ask

DAYS = 30
MOST_NAMES = 100
DAY = 86_400_000_000_000


def score_names(project_id: str, now: int) -> list[str]:
    """Of the last 30 days, the most frequent first. `now` is nanoseconds. Raises Unavailable."""
    question = Question(
        project_id=project_id,
        view=SCORES,
        measures=(Measure("count", "count"),),
        since=now - DAYS * DAY,
        until=now,
        by=("name",),
        most=MOST_NAMES,
        rest=False,
    )
    return [str(row["name"]) for row in ask(question).rows if row["name"]]

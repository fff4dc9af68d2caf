"""Scores that can be read and may not be stored: by the project's rules, or by their key."""

from collections.abc import Mapping, Sequence

from ingest import score_rules
from ingest.langfuse.decode import Batch, EventError
from ingest.langfuse.public_key import NOT_ITS_OWN, not_its_own
from traces.records import Score


def turn_away(batch: Batch, project_id: str, now_ns: int, *, is_public: bool) -> None:
    """Turns the events of a batch whose scores may not be stored into errors."""
    scores = [score for score, _ in batch.scores]
    why = refused_of(project_id, scores, now_ns, is_public=is_public)
    if not why:
        return
    gone = {id(scores[place]) for place in why}
    places = {batch.scores[place][1]: (status, told) for place, (status, told) in why.items()}
    batch.items[:] = [item for item in batch.items if id(item) not in gone]
    batch.errors.extend(
        EventError(batch.accepted[at], status, told) for at, (status, told) in places.items()
    )
    batch.accepted[:] = [event for at, event in enumerate(batch.accepted) if at not in places]


def refused_of(
    project_id: str, scores: Sequence[Score], now_ns: int, *, is_public: bool
) -> Mapping[int, tuple[int, str]]:
    """By the place of each score that may not be stored: the status of its error, and why."""
    why = {place: (400, told) for place, told in score_rules.refused(project_id, scores).items()}
    if is_public:
        forbidden = not_its_own(project_id, scores, now_ns)
        for place, score in enumerate(scores):
            if score.id in forbidden:
                why[place] = (401, NOT_ITS_OWN)
    return why

"""Scores that came with a public key alone, as browsers send them."""

from collections.abc import Sequence

from ingest import pipeline
from ingest.langfuse.decode import Batch, EventError
from traces.records import Score
from traces.score_makers import version_of_public_key

NOT_ITS_OWN = "A public key alone may not change this score: it was sent with a secret key."


def not_its_own(project_id: str, scores: Sequence[Score], now_ns: int) -> set[str]:
    """The ids of those that it may not change; all are marked as sent with a public key.

    While ClickHouse is away nobody knows, and none is named: what is stored then changes nothing
    that a secret key has sent.
    """
    for score in scores:
        score.source = "API"
        score.version = version_of_public_key(now_ns)
    return pipeline.settled_scores(project_id, scores)


def keep_its_own(batch: Batch, project_id: str, now_ns: int) -> None:
    """Turns the events of a batch of scores that it may not send into errors."""
    scores = [item for item in batch.items if isinstance(item, Score)]
    forbidden = not_its_own(project_id, scores, now_ns)
    if not forbidden:
        return
    sent = list(zip(scores, batch.accepted, strict=True))
    batch.items[:] = [score for score, _ in sent if score.id not in forbidden]
    batch.accepted[:] = [event_id for score, event_id in sent if score.id not in forbidden]
    batch.errors.extend(
        EventError(event_id, 401, NOT_ITS_OWN) for score, event_id in sent if score.id in forbidden
    )

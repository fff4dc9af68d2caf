"""Scores that came with a public key alone, as browsers send them."""

from collections.abc import Sequence

from ingest import pipeline
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

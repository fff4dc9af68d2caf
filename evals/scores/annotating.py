"""People score what they see: one score of each configuration, target and person."""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Project, User
from evals.scores.models import ScoreConfig
from evals.scores.rules import Checked
from evals.scores.targets import Target
from ingest import pipeline
from traces import deletion
from traces.queries.langfuse.scores import ScoreQuery, scores_after
from traces.records import Score

ANNOTATION = "ANNOTATION"
NAMESPACE = uuid.UUID("1f1c3f0e-7d2b-5d55-9c0b-6a3f2a1f6b10")


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says by one configuration; without a value, what they said before goes."""

    config: ScoreConfig
    value: Checked | None
    comment: str = ""


def score_id(config: ScoreConfig, target: Target, user: User) -> str:
    """The same whoever asks and how often: saying it again replaces what was said."""
    said = "\0".join((config.pk, *target.query.values(), str(user.pk)))
    return str(uuid.uuid5(NAMESPACE, said))


def give(
    project: Project, target: Target, given: Iterable[Given], *, user: User, environment: str
) -> None:
    """Stored when it returns. Raises ingest.pipeline.Overloaded, and then nothing is changed, and
    traces.errors.Unavailable.
    """
    given = list(given)
    scores = [
        Score(
            project.id,
            score_id(one.config, target, user),
            one.config.name,
            time.time_ns(),
            data_type=one.value.data_type,
            value=one.value.value,
            string_value=one.value.string_value,
            trace_id=target.trace_id,
            observation_id=target.observation_id,
            session_id=target.session_id,
            comment=one.comment,
            source=ANNOTATION,
            environment=environment,
            author_user_id=str(user.pk),
            config_id=one.config.pk,
        )
        for one in given
        if one.value is not None
    ]
    pipeline.accept(project.id, scores)
    for one in given:
        if one.value is None:
            deletion.delete_score(project.id, score_id(one.config, target, user))


def own_scores(
    project: Project, configs: Sequence[ScoreConfig], target: Target, user: User
) -> Mapping[str, dict]:
    """What this person said of the target, by configuration."""
    ids = {score_id(config, target, user): config.pk for config in configs}
    if not ids:
        return {}
    found = scores_after(project.id, ScoreQuery(ids=list(ids)), limit=len(ids), after=None)
    return {ids[row["id"]]: row for row in found}


def take_back(project: Project, score_id: str, user: User) -> bool:
    """Whether it was theirs: a score that this person gave by hand."""
    found = scores_after(project.id, ScoreQuery(ids=[score_id]), limit=1, after=None)
    is_own = found and found[0]["source"] == ANNOTATION
    if not is_own or found[0]["author_user_id"] != str(user.pk):
        return False
    return deletion.delete_score(project.id, score_id)

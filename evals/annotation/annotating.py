"""What a person says of an item, and the scores that this makes."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from evals.annotation.models import (
    MAX_COMMENT,
    MAX_CORRECTION,
    Annotation,
    Item,
    ObjectType,
    Queue,
    Status,
)
from evals.annotation.queues import configs_of
from evals.scores.models import ScoreConfig
from evals.scores.rules import Checked, InvalidScore, checked
from evals.scores.targets import Target, environment_of
from ingest.pipeline import accept
from traces.deletion import delete_score
from traces.records import Score

CORRECTION = "CORRECTION"
CORRECTED = "output"  # the name of the score that holds a correction


class Unsaid(Exception):
    """It cannot be kept: a sentence that says what to do. `field` is the configuration's id, or
    `comment` or `correction`, where it is the matter of one.
    """

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Said:
    """Values by the id of their configuration; what is absent has no value."""

    values: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    correction: str = ""


def complete(item: Item, user: User, said: Said) -> Annotation:
    """Keep what the person says in place of what they said before, and write the scores. Raises
    Unsaid; then nothing is changed, and Overloaded or Unavailable where the store is away.
    """
    queue = item.queue
    configs = {config.pk: config for config in configs_of(queue)}
    values = checked_values(configs, said)
    environment = environment_in(queue, item)
    with transaction.atomic():
        locked = Item.objects.select_for_update().filter(pk=item.pk).first()
        if locked is None:
            raise Unsaid(_("This item has been removed from the queue meanwhile."))
        annotation = own(locked, user)
        before = dict(annotation.values), bool(annotation.correction)
        scores = scores_of(queue, locked, user, configs, values, said, environment)
        accept(str(queue.project_id), scores)
        forget(queue, locked, user, before, values, said)
        note(annotation, said)
        close(locked, annotation, queue, user)
    return annotation


def skip(item: Item, user: User) -> None:
    """It comes again, to this person after all others."""
    annotation, _is_new = Annotation.objects.get_or_create(item=item, user=user)
    annotation.skipped_at = timezone.now()
    annotation.save(update_fields=("skipped_at",))


def checked_values(configs: Mapping[str, ScoreConfig], said: Said) -> dict[str, Checked]:
    values = {}
    for config_id, value in said.values.items():
        if config_id not in configs:
            raise Unsaid(_("A score that was given is no longer asked for. Look again."))
        try:
            values[config_id] = checked(configs[config_id], value)
        except InvalidScore as error:
            raise Unsaid(str(error), config_id) from error
    for name, text, most in (
        ("comment", said.comment, MAX_COMMENT),
        ("correction", said.correction, MAX_CORRECTION),
    ):
        if len(text) > most:
            words = _("A text has at most %(most)s characters here.")
            raise Unsaid(words % {"most": f"{most:,}"}, name)
    if not (values or said.comment or said.correction):
        raise Unsaid(_("Give at least one score, a comment or a correction, or skip the item."))
    return values


def own(item: Item, user: User) -> Annotation:
    """This person's annotation of the item, where they may make one."""
    if item.is_held and item.held_by_id != user.pk:
        raise Unsaid(_("Somebody else has this item open now. Take the next one."))
    annotation, _is_new = Annotation.objects.get_or_create(item=item, user=user)
    if annotation.done_at is None and item.assignee_id not in (None, user.pk):
        raise Unsaid(_("This item is assigned to somebody else. Take the next one."))
    if annotation.done_at is None and item.status == Status.COMPLETED:
        raise Unsaid(_("This item has been completed meanwhile. Take the next one."))
    return annotation


def scores_of(
    queue: Queue,
    item: Item,
    user: User,
    configs: Mapping[str, ScoreConfig],
    values: Mapping[str, Checked],
    said: Said,
    environment: str,
) -> list[Score]:
    """Each of an id of its own, so that saying it again replaces it."""
    target = target_of(item)
    common: dict[str, Any] = {
        "trace_id": target.trace_id,
        "observation_id": target.observation_id,
        "session_id": target.session_id,
        "source": "ANNOTATION",
        "author_user_id": str(user.pk),
        "queue_id": queue.pk,
        "environment": environment,
        "comment": said.comment,
    }
    project_id, now = str(queue.project_id), time.time_ns()
    scores = [
        Score(
            project_id,
            score_id(item, config_id, user),
            configs[config_id].name,
            now,
            data_type=value.data_type,
            value=value.value,
            string_value=value.string_value,
            config_id=config_id,
            **common,
        )
        for config_id, value in values.items()
    ]
    if said.correction:
        correction = {"data_type": CORRECTION, "string_value": said.correction, **common}
        scores.append(
            Score(project_id, score_id(item, CORRECTION, user), CORRECTED, now, **correction)
        )
    return scores


def forget(
    queue: Queue,
    item: Item,
    user: User,
    before: tuple[dict[str, Any], bool],
    values: Mapping[str, Checked],
    said: Said,
) -> None:
    """Take back the scores of what was said before and is not any more."""
    gone = [config_id for config_id in before[0] if config_id not in values]
    if before[1] and not said.correction:
        gone.append(CORRECTION)
    for name in gone:
        delete_score(str(queue.project_id), score_id(item, name, user))


def score_id(item: Item, name: str, user: User) -> str:
    digest = hashlib.sha256(f"{item.pk}\0{name}\0{user.pk}".encode()).hexdigest()
    return f"annotation-{digest[:32]}"


def target_of(item: Item) -> Target:
    if item.object_type == ObjectType.SESSION:
        return Target(session_id=item.object_id)
    is_span = item.object_type == ObjectType.OBSERVATION
    return Target(item.trace_id, item.object_id if is_span else "")


def environment_in(queue: Queue, item: Item) -> str:
    """The one of what is annotated, as its other scores have it."""
    try:
        return environment_of(str(queue.project_id), target_of(item))
    except Http404:
        words = _("What was to be annotated has been deleted. Remove the item, or skip it.")
        raise Unsaid(words) from None


def note(annotation: Annotation, said: Said) -> None:
    annotation.values = dict(said.values)
    annotation.comment, annotation.correction = said.comment, said.correction
    annotation.updated_at = timezone.now()
    annotation.done_at = annotation.done_at or annotation.updated_at
    annotation.save()


def close(item: Item, annotation: Annotation, queue: Queue, user: User) -> None:
    """The item is completed once as many have annotated it as the queue asks for."""
    item.held_by, item.held_until = None, None
    done = item.annotations.exclude(done_at=None).count()
    if item.status == Status.PENDING and done >= queue.per_item:
        item.status, item.completed_by = Status.COMPLETED, user
        item.completed_at = annotation.updated_at
    item.updated_at = timezone.now()
    item.save()


def before(queue: Queue, user: User, annotation: Annotation | None) -> Annotation | None:
    """What this person annotated before this one, or last of all."""
    mine = Annotation.objects.filter(item__queue=queue, user=user).exclude(done_at=None)
    if annotation is not None and annotation.done_at is not None:
        mine = mine.filter(done_at__lt=annotation.done_at)
    return mine.order_by("-done_at").first()

"""Making and changing score configurations: the one door of the API and the pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project
from evals.scores import enforcing
from evals.scores.models import MAX_DESCRIPTION, MAX_NAME, DataType, ScoreConfig
from evals.scores.rules import BOOLEAN_CATEGORIES, finite

MOST_CONFIGS = 500  # of a project, archived ones among them
MOST_CATEGORIES = 50
MAX_LABEL = 100
log = structlog.get_logger(__name__)


class InvalidConfig(Exception):
    """What was asked for makes no configuration: a sentence for whoever asked."""


class NameTaken(InvalidConfig):
    """Another configuration in use has the name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A configuration as somebody wants it. What does not fit its type is refused."""

    name: str
    data_type: str
    min_value: float | None = None
    max_value: float | None = None
    categories: Sequence[Any] | None = None
    description: str = ""
    better: str = ""  # a scores.models.Better, or nothing said
    is_archived: bool = False


def create(project: Project, wish: Wish, **by: object) -> ScoreConfig:
    """Raises InvalidConfig. `by` says in the log who did it."""
    config = ScoreConfig(project=project, data_type=wish.data_type)
    if ScoreConfig.objects.filter(project=project).count() >= MOST_CONFIGS:
        words = _("A project has at most %(most)s score configurations.")
        raise InvalidConfig(words % {"most": MOST_CONFIGS})
    save(config, wish, "score_config_created", by)
    return config


def change(config: ScoreConfig, wish: Wish, **by: object) -> None:
    """Raises InvalidConfig; then nothing is changed."""
    if wish.data_type != config.data_type:
        raise InvalidConfig(_("The type of a configuration never changes. Make a new one."))
    config.updated_at = timezone.now()
    save(config, wish, "score_config_changed", by)


def wish_of(config: ScoreConfig) -> Wish:
    """The configuration as it is."""
    return Wish(
        name=config.name,
        data_type=config.data_type,
        min_value=config.min_value,
        max_value=config.max_value,
        categories=None if config.data_type == DataType.BOOLEAN else config.categories,
        description=config.description,
        better=config.better,
        is_archived=config.is_archived,
    )


def archive(config: ScoreConfig, is_archived: bool, **by: object) -> None:
    """Raises NameTaken where another took the name in the meantime."""
    change(config, replace(wish_of(config), is_archived=is_archived), **by)


def save(config: ScoreConfig, wish: Wish, event: str, by: dict[str, object]) -> None:
    wish = fitting(wish)
    config.name, config.description = wish.name, wish.description
    config.min_value, config.max_value = wish.min_value, wish.max_value
    config.categories = None if wish.categories is None else list(wish.categories)
    config.better, config.is_archived = wish.better, wish.is_archived
    try:
        with transaction.atomic():
            config.save()
    except IntegrityError as error:
        words = _("Another score configuration of this project is called “%(name)s”.")
        raise NameTaken(words % {"name": wish.name}) from error
    enforcing.forget(config)
    told = {"project": config.project_id, "config": config.pk, "archived": config.is_archived}
    log.info(event, **told, **by)


def fitting(wish: Wish) -> Wish:
    """The wish with its texts trimmed and the categories that its type implies."""
    name, description = wish.name.strip(), wish.description.strip()
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidConfig(_("A name has 1 to %(most)s characters.") % {"most": MAX_NAME})
    if len(description) > MAX_DESCRIPTION:
        words = _("A description has at most %(most)s characters.")
        raise InvalidConfig(words % {"most": f"{MAX_DESCRIPTION:,}"})
    if wish.data_type not in DataType.values:
        raise InvalidConfig(_("The type must be one of %(types)s.") % {"types": types()})
    check_range(wish)
    categories = categories_of(wish)
    return replace(wish, name=name, description=description, categories=categories)


def types() -> str:
    return ", ".join(DataType.values)


def check_range(wish: Wish) -> None:
    low, high = wish.min_value, wish.max_value
    if (low, high) == (None, None):
        return
    if wish.data_type != DataType.NUMERIC:
        raise InvalidConfig(_("Only numbers have a least and a greatest value."))
    if low is not None and high is not None and low >= high:
        raise InvalidConfig(_("The least value must be below the greatest."))


def categories_of(wish: Wish) -> Sequence[dict[str, Any]] | None:
    if wish.data_type == DataType.CATEGORICAL:
        return checked_categories(wish.categories or ())
    if wish.categories:
        raise InvalidConfig(_("Only the type CATEGORICAL is given categories."))
    return BOOLEAN_CATEGORIES if wish.data_type == DataType.BOOLEAN else None


def checked_categories(sent: Sequence[Any]) -> list[dict[str, Any]]:
    if not 0 < len(sent) <= MOST_CATEGORIES:
        words = _("Give 1 to %(most)s categories.")
        raise InvalidConfig(words % {"most": MOST_CATEGORIES})
    categories = [checked_one(one) for one in sent]
    for part, words in (
        ("label", _("No two categories may have the same label.")),
        ("value", _("No two categories may have the same value.")),
    ):
        if len({one[part] for one in categories}) < len(categories):
            raise InvalidConfig(words)
    return categories


def checked_one(sent: object) -> dict[str, Any]:
    label = sent.get("label") if isinstance(sent, dict) else None
    value = finite(sent.get("value")) if isinstance(sent, dict) else None
    if not isinstance(label, str) or not 0 < len(label.strip()) <= MAX_LABEL or value is None:
        words = _("A category is a label of 1 to %(most)s characters and a number.")
        raise InvalidConfig(words % {"most": MAX_LABEL})
    return {"label": label.strip(), "value": int(value) if value == int(value) else value}

"""Links by which an application's own users say what they think of one trace. All is in the link,
signed; what a project keeps is whether links open, and which generation of them.
"""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, random_text
from evals.scores.annotating import NAMESPACE
from evals.scores.models import FeedbackSetting, ScoreConfig

SALT = "evals.scores.feedback"
MOST_SECONDS = 90 * 24 * 3600
LEAST_SECONDS = 60
MOST_SCORES = 5
MAX_NAME = 100
MAX_QUESTION = 200
THUMBS, RATING, CONFIG = "thumbs", "rating", "config"
KINDS = (THUMBS, RATING, CONFIG)
log = structlog.get_logger(__name__)


class NoLink(Exception):
    """There is no making this link: a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked: a score of this name, by thumbs, stars or a configuration."""

    name: str
    kind: str = THUMBS
    config_id: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens. `id` names the scores that come by it: a second click replaces them."""

    project_id: str
    trace_id: str
    asked: tuple[Asked, ...]
    observation_id: str = ""
    question: str = ""
    takes_comment: bool = True
    takes_correction: bool = False
    id: str = ""
    generation: int = 0
    expires_at: int = 0  # seconds

    def score_id(self, name: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"feedback\0{self.project_id}\0{self.id}\0{name}"))


def settings_of(project_id: str) -> FeedbackSetting:
    """As they are, or as they begin."""
    found = FeedbackSetting.objects.filter(pk=project_id).first()
    return found or FeedbackSetting(project_id=project_id)


def address_of(link: Link, *, seconds: int, now: datetime) -> tuple[str, datetime]:
    """The link's whole address, and when it expires. Raises NoLink."""
    setting = settings_of(link.project_id)
    if not setting.is_open:
        raise NoLink(_("Feedback links are closed in the project's settings."))
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        told = {"least": LEAST_SECONDS, "most": MOST_SECONDS}
        raise NoLink(_("A link lasts %(least)s to %(most)s seconds.") % told)
    check(link)
    expires_at = now + timedelta(seconds=seconds)
    signed = replace(
        link,
        id=random_text(22),
        generation=setting.generation,
        expires_at=int(expires_at.timestamp()),
    )
    token = signing.dumps(asdict(signed), salt=SALT, compress=True)
    log.info("feedback link made", project=link.project_id, trace=link.trace_id, link=signed.id)
    return f"{settings.BASE_URL.rstrip('/')}{reverse('feedback', args=[token])}", expires_at


def check(link: Link) -> None:
    if not 0 < len(link.asked) <= MOST_SCORES:
        raise NoLink(_("A link asks for 1 to %(most)s scores.") % {"most": MOST_SCORES})
    if len({one.name for one in link.asked}) < len(link.asked):
        raise NoLink(_("A link asks for each score once."))
    if len(link.question) > MAX_QUESTION:
        words = _("A question has at most %(most)s characters.")
        raise NoLink(words % {"most": MAX_QUESTION})
    for one in link.asked:
        if not 0 < len(one.name.strip()) <= MAX_NAME or one.kind not in KINDS:
            words = _("A score has a name of 1 to %(most)s characters and a kind: %(kinds)s.")
            raise NoLink(words % {"most": MAX_NAME, "kinds": ", ".join(KINDS)})


def by_config(config: ScoreConfig) -> Asked:
    return Asked(config.name, CONFIG, config.pk)


def signed(token: str, now: datetime) -> Link | None:
    """The link, if we made it and it has not expired. Asks no database."""
    try:
        said: dict[str, Any] = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    said["asked"] = tuple(Asked(**one) for one in said["asked"])
    link = Link(**said)
    return link if link.expires_at > now.timestamp() else None


def is_in_force(link: Link) -> bool:
    if not Project.objects.filter(pk=link.project_id).exists():
        return False
    setting = settings_of(link.project_id)
    return setting.is_open and setting.generation == link.generation


def open_links(project: Project, is_open: bool, **by: object) -> None:
    """Or close them all; those that have not expired work again when they are opened."""
    FeedbackSetting.objects.update_or_create(project=project, defaults={"is_open": is_open})
    log.info("feedback links switched", project=project.id, open=is_open, **by)


def revoke_all(project: Project, **by: object) -> None:
    """No link that was made before opens again."""
    FeedbackSetting.objects.get_or_create(project=project)
    FeedbackSetting.objects.filter(project=project).update(generation=F("generation") + 1)
    log.info("feedback links revoked", project=project.id, **by)

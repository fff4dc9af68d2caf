"""Monitors that need only be switched on, as data."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from evals.drift import changing
from evals.drift.models import DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.watched import WATCHED
from evals.drift.watching import Takes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """`words` are the monitor's name as well."""

    key: str
    words: Any  # lazy texts
    about: Any
    watched: str

    @property
    def needs_score(self) -> bool:
        return WATCHED[self.watched].takes is Takes.SCORE


READY_MADE = (
    ReadyMade(
        key="output_length",
        words=_("Output length"),
        about=_("Answers become longer or shorter."),
        watched="output_length",
    ),
    ReadyMade(
        key="latency",
        words=_("Latency of calls"),
        about=_("Models answer slower or faster."),
        watched="latency",
    ),
    ReadyMade(
        key="cost",
        words=_("Cost per call"),
        about=_("A call becomes dearer or cheaper."),
        watched="cost",
    ),
    ReadyMade(
        key="errors",
        words=_("Share of errors"),
        about=_("More calls fail, or fewer."),
        watched="error",
    ),
    ReadyMade(
        key="models",
        words=_("Model mix"),
        about=_("Calls go to other models than they did."),
        watched="model",
    ),
    ReadyMade(
        key="languages",
        words=_("Language mix"),
        about=_("People write in other languages than they did."),
        watched="input_language",
    ),
    ReadyMade(
        key="topics",
        words=_("Topics of inputs"),
        about=_("People write about other things than they did."),
        watched="input_text",
    ),
    ReadyMade(
        key="score",
        words=_("Judge score"),
        about=_("A score of judges or users falls or rises."),
        watched="score",
    ),
)
BY_KEY = {one.key: one for one in READY_MADE}


def switch_on(project: Project, key: str, user: User, *, score: str = "") -> DriftMonitor:
    """The project's monitor of that kind, which is made where there is none. Raises InvalidMonitor,
    also where it takes the name of a score.
    """
    one = BY_KEY.get(key)
    if one is None:
        raise InvalidMonitor(gettext("There is no such ready-made monitor."))
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        found = DriftMonitor.objects.filter(project=project, ready_made=key, key=score).first()
        if found is not None:
            changing.switch(found, is_on=True)
            return found
        name = f"{one.words}: {score}" if score else str(one.words)
        monitor = DriftMonitor(
            project=project,
            name=changing.free_name(project, name),
            watched=one.watched,
            key=score,
            kind=WATCHED[one.watched].kinds[0],
            ready_made=key,
        )
        return changing.save(monitor, user)

"""Experiments that are run each night."""

from collections.abc import Iterator
from datetime import UTC, datetime

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.experiments.models import MAX_NAME, Nightly, Plan
from evals.experiments.running import planning
from evals.experiments.running.evaluators import of_json
from evals.experiments.running.planning import Unplannable, Wish
from prompts.models import PromptVersion
from prompts.names import LATEST
from traces.errors import LimitReached, Unavailable

MOST = 20  # of a project
log = structlog.get_logger(__name__)


def of_project(project_id: str) -> "QuerySet[Nightly]":
    found = Nightly.objects.filter(dataset__project=project_id)
    return found.select_related("dataset", "prompt", "connection")


def repeat(plan: Plan, label: str, hour: int, user: User) -> Nightly:
    """The same each night, with the version that the label then points at; said twice, once a
    night. Raises Unplannable.
    """
    run = plan.run
    if run.dataset is None or plan.prompt is None or plan.connection is None:
        raise Unplannable(_("Its dataset, prompt or connection is deleted."))
    same = {
        "dataset": run.dataset,
        "prompt": plan.prompt,
        "label": label,
        "connection": plan.connection,
        "model": plan.model,
        "parameters": {key: value for key, value in plan.parameters.items() if key != "config"},
        "evaluators": plan.evaluators,
        "split": plan.split,
        "hour": hour,
    }
    with transaction.atomic():
        # Whoever says the same at the same moment comes after.
        Project.objects.select_for_update(of=("self",)).get(pk=run.project_id)
        if found := Nightly.objects.filter(**same).first():
            return found
        if of_project(run.project_id).count() >= MOST:
            words = _("A project has at most %(most)d nightly experiments.")
            raise Unplannable(words % {"most": MOST})
        return Nightly.objects.create(**same, author=user)


def start_due(now: datetime) -> Iterator[Plan]:
    """Begins those of this day whose hour has come, each once whoever else begins some."""
    today = now.astimezone(UTC).date()
    late = Q(last_on=None) | Q(last_on__lt=today)
    due = Nightly.objects.filter(late, hour__lte=now.astimezone(UTC).hour)
    for nightly in due.select_related("dataset", "prompt__project", "connection"):
        if not Nightly.objects.filter(late, pk=nightly.pk).update(last_on=today, said=""):
            continue
        try:
            yield begun(nightly, f"{today:%Y-%m-%d}")
        except Unplannable as error:
            Nightly.objects.filter(pk=nightly.pk).update(said=str(error))
            log.warning("nightly_not_begun", nightly=nightly.pk)
        except (Unavailable, LimitReached):  # the next round tries again
            Nightly.objects.filter(pk=nightly.pk).update(last_on=nightly.last_on)


def begun(nightly: Nightly, day: str) -> Plan:
    name = f"{nightly} · {day} · {nightly.pk}"
    wish = Wish(
        dataset=nightly.dataset,
        name=name[:MAX_NAME],
        version=labelled(nightly),
        connection=nightly.connection,
        model=nightly.model,
        parameters=nightly.parameters,
        evaluators=of_json(nightly.evaluators),
        split=nightly.split,
    )
    return planning.start(wish, nightly.author, planning.estimate(wish).total)


def labelled(nightly: Nightly) -> PromptVersion:
    """`latest` is the newest."""
    versions = nightly.prompt.versions.select_related("prompt").order_by("-number")
    if nightly.label != LATEST:
        versions = versions.filter(labels__name=nightly.label)
    if found := versions.first():
        return found
    words = _("No version of “%(prompt)s” has the label “%(label)s”.")
    raise Unplannable(words % {"prompt": nightly.prompt.name, "label": nightly.label})

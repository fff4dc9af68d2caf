"""Making, changing, switching and deleting monitors of performance."""

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.drift.performance.models import MOST_MONITORS, PerformanceMonitor
from evals.drift.performance.tasks import hand_over

log = structlog.get_logger(__name__)


class Refused(ValueError):
    """The message says why."""


def save(monitor: PerformanceMonitor, user: User) -> None:
    """New or changed; it is run at once. Raises Refused."""
    is_new = monitor._state.adding
    try:
        with transaction.atomic():
            Project.objects.select_for_update(of=("self",)).get(pk=monitor.project_id)
            known = PerformanceMonitor.objects.filter(project=monitor.project_id)
            if is_new and known.count() >= MOST_MONITORS:
                words = _("A project has at most %(most)d of these monitors. Delete one first.")
                raise Refused(words % {"most": MOST_MONITORS})
            if is_new:
                monitor.author = user
            else:
                monitor.version += 1
                monitor.verdicts.all().delete()  # they were of another question
            monitor.next_at, monitor.last_error = timezone.now(), ""
            monitor.save()
    except IntegrityError as error:
        raise Refused(_("Another monitor is called so. Choose another name.")) from error
    hand_over(monitor.pk)
    log.info("performance_monitor_saved", monitor=monitor.pk, user=user.pk)


def switch(monitor: PerformanceMonitor, *, is_on: bool, user: User) -> None:
    monitor.is_on, monitor.next_at = is_on, timezone.now()
    monitor.version += 1
    monitor.save(update_fields=("is_on", "next_at", "version"))
    log.info("performance_monitor_switched", monitor=monitor.pk, is_on=is_on, user=user.pk)


def delete(monitor: PerformanceMonitor, user: User) -> None:
    log.info("performance_monitor_deleted", monitor=monitor.pk, user=user.pk)
    monitor.delete()

"""From when a baseline counts that begins with a release or a prompt version."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from evals.drift.models import DriftMonitor
from evals.drift.stored import Chosen, stored
from evals.drift.windows import Baseline, BaselineKind, InvalidBaseline
from prompts.models import LabelMove
from traces.queries.drift_texts import first_of_prompt, first_of_release

NS = 1_000_000_000
LOOKS_BACK = timedelta(days=90)


def baseline_of(monitor: DriftMonitor, now: datetime) -> Baseline:
    """Raises InvalidBaseline, also where the store knows no such release or version yet; and
    Unavailable.
    """
    chosen = monitor.chosen
    if chosen.kind is not BaselineKind.SINCE or not chosen.is_looked_up or chosen.start:
        return chosen.baseline()
    start = _start(monitor.project_id, chosen, now)
    if start is None:
        raise InvalidBaseline(
            _("Nothing was heard of that release or prompt version in the last %(days)s days.")
            % {"days": LOOKS_BACK.days}
        )
    return chosen.baseline(start)


def keep_start(monitor: DriftMonitor, baseline: Baseline) -> bool:
    """Writes a start that was looked up on the monitor, so that it stays when old data is removed.
    Whether there was one to write; the caller saves.
    """
    chosen = monitor.chosen
    if chosen.kind is not BaselineKind.SINCE or not chosen.is_looked_up or chosen.start:
        return False
    monitor.baseline = stored(replace(chosen, start=baseline.start))
    monitor.__dict__.pop("chosen", None)
    return True


def _start(project_id: str, chosen: Chosen, now: datetime) -> datetime | None:
    since, until = (int(one.timestamp()) * NS for one in (now - LOOKS_BACK, now))
    if chosen.release:
        return _moment(first_of_release(project_id, chosen.release, since, until))
    version = chosen.prompt_version or 0
    called = _moment(first_of_prompt(project_id, chosen.prompt, version, since, until))
    if called:
        return called
    moves = LabelMove.objects.filter(
        prompt__project=project_id, prompt__name=chosen.prompt, after=version, at__lte=now
    )
    return moves.order_by("at").values_list("at", flat=True).first()


def _moment(nanoseconds: int | None) -> datetime | None:
    return None if nanoseconds is None else datetime.fromtimestamp(nanoseconds / NS, UTC)

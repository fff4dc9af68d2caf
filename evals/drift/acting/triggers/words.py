"""What triggers wait for, and why they wanted retraining, in sentences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evals.drift.acting.models import Episode, Trigger, When
from evals.drift.acting.triggers.forms import BEYOND
from evals.drift.words import lasting


def words_of(trigger: Trigger) -> str:
    """What it waits for."""
    said = trigger.options
    if trigger.when == When.VERDICT:
        words = ngettext(
            "“%(monitor)s” finds drift",
            "“%(monitor)s” finds drift %(n)d times in a row",
            said["after"],
        )
        return words % {"monitor": trigger.monitor, "n": said["after"]}
    if trigger.when == When.SCORE:
        words = _("The mean of “%(score)s” over %(time)s %(beyond)s of %(limit)g")
        told = {"time": lasting(said["hours"]), "beyond": dict(BEYOND)[said["beyond"]]}
        return words % {**said, **told}
    if trigger.when == When.MARKS:
        words = ngettext(
            "%(n)d drift marked as harmful within %(days)d days",
            "%(n)d drifts marked as harmful within %(days)d days",
            said["count"],
        )
        return words % {"n": said["count"], "days": said["days"]}
    return _every(said["days"])


def words_of_reasons(episode: Episode) -> str:
    """As they were then, whatever the trigger says by now."""
    said: dict[str, Any] = episode.reasons
    if "drifts_in_a_row" in said:
        words = ngettext(
            "“%(monitor)s” found drift",
            "“%(monitor)s” found drift %(n)d times in a row",
            said["drifts_in_a_row"],
        )
        return words % {"monitor": said["monitor"], "n": said["drifts_in_a_row"]}
    if "mean" in said:
        words = _(
            "The mean of %(scores)s scores “%(score)s” was %(mean).3g, the limit is %(limit)g"
        )
        return words % {**said, "scores": f"{said['scores']:,}"}
    if "harmful" in said:
        words = ngettext(
            "%(n)d drift was marked as harmful", "%(n)d drifts were marked as harmful",
            said["harmful"],
        )  # fmt: skip
        return words % {"n": said["harmful"]}
    return _every(said["every_days"])


def _every(days: int) -> str:
    return ngettext("Every day", "Every %(n)d days", days) % {"n": days}

"""What a step of a split can be."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class StepKind(StrEnum):
    STARTED = "started"
    CHANGED = "changed"
    WIDENED = "widened"
    HELD = "held"
    ROLLED_BACK = "rolled_back"
    FINISHED = "finished"
    STOPPED = "stopped"
    OVERTAKEN = "overtaken"


WORDS = {
    StepKind.STARTED: _("Started"),
    StepKind.CHANGED: _("Changed"),
    StepKind.WIDENED: _("Widened"),
    StepKind.HELD: _("Held by the gate"),
    StepKind.ROLLED_BACK: _("Rolled back"),
    StepKind.FINISHED: _("Finished"),
    StepKind.STOPPED: _("Stopped"),
    StepKind.OVERTAKEN: _("Ended: the label was moved"),
}

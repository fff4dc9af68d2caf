"""What came of drawing a panel: what it drew, or why it could not, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboards.boards.panel import Drawn, Panel, Scope
from dashboards.boards.state import State
from dashboards.boards.turns import Busy, turn
from traces.errors import LimitReached, Unavailable
from traces.queries.metrics import Unanswerable

WORDS = {
    "too much": _(
        "This holds more than can be counted in time. Choose a shorter time range, or narrow it."
    ),
    "away": _("The store of traces does not answer. Nothing that is sent meanwhile is lost."),
    "busy": _("Too many panels are asked for at this moment. Try again shortly."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`cause` is "" where something was drawn."""

    drawn: Drawn | None
    cause: str = ""
    words: str | Promise = ""


def outcome_of(panel: Panel, state: State, scope: Scope, *, patience: float) -> Outcome:
    if problems := state.ask.query.problems:
        return Outcome(None, "unanswerable", problems[0].message)
    try:
        with turn(patience=patience):
            return Outcome(panel.draw(scope))
    except Busy:
        return Outcome(None, "busy", WORDS["busy"])
    except Unanswerable as error:
        return Outcome(None, "unanswerable", str(error))
    except LimitReached:
        return Outcome(None, "too much", WORDS["too much"])
    except Unavailable:
        return Outcome(None, "away", WORDS["away"])

"""Why an execution failed or an evaluator does not run, in words that say what to do."""

from django.utils.translation import gettext_lazy as _

from evals.judges.judging import NO_CONNECTION, NOTHING_THERE, WRONG_ANSWER
from llm.chat import Kind
from llm.words import WORDS

BY_HAND = "by_hand"
BUDGET = "budget"
COST_UNKNOWN = "cost_unknown"
GONE = "gone"
UNREADABLE = "unreadable"
BROKEN = "broken"
TOO_MUCH = "too_much"
FAULT = "fault"
CANCELLED = "cancelled"
NO_ORDER = "no_order"

OWN_WORDS = {
    BY_HAND: _("Paused by hand."),
    BUDGET: _("Today’s budget is spent. It goes on at midnight (UTC)."),
    COST_UNKNOWN: _(
        "It has a budget, and no price is known for what the model used. Add a price for the "
        "model in the project’s settings, or take the budget away; then resume."
    ),
    NO_CONNECTION: _("Its connection was deleted. Make a new version with another one."),
    NOTHING_THERE: _("What was to be judged has nothing at a place that the mapping names."),
    WRONG_ANSWER: _("The judge did not answer what it was asked for."),
    GONE: _("What was to be judged is no longer there."),
    UNREADABLE: _("The rule’s filter can no longer be read. Change it."),
    TOO_MUCH: _("The trace is too large to be read in time. Judge one of its observations."),
    BROKEN: _("Every worker that took it up died. Retry it when the workers are well."),
    FAULT: _("Sonde itself failed at it; the worker’s log says how. Retry it."),
    NO_ORDER: _("In another order it is the same: there are not two to be turned."),
    CANCELLED: _("The run that it was made for was stopped before there was a verdict."),
}

# Whoever asks again gets the same answer, until somebody changes something.
HOPELESS = frozenset(
    str(kind)
    for kind in (
        Kind.KEY, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.QUOTA, Kind.ADDRESS, Kind.SEALED,
    )
)  # fmt: skip
# The provider has too much to do: everything that waits for this connection waits longer.
SLOWING = frozenset(str(kind) for kind in (Kind.RATE_LIMIT, Kind.OVERLOADED))
# Nothing comes back: whoever waits for it waits in vain, and holds up the others.
STRAINED = frozenset(str(kind) for kind in (Kind.TIMEOUT, Kind.UNREACHABLE))
# Of this one request; a second time would end as the first.
FINAL = frozenset(
    (NOTHING_THERE, GONE, NO_ORDER, *(str(kind) for kind in (
        Kind.REFUSED, Kind.CONTENT_FILTER, Kind.TOO_LARGE,
    )))
)  # fmt: skip


def words_of(reason: str) -> str:
    if reason in OWN_WORDS:
        return str(OWN_WORDS[reason])
    return str(WORDS[Kind(reason)]) if reason in set(Kind) else reason

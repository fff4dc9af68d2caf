"""Checks of a call's figures, and of the tools that it called."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks import fields
from evals.checks.check import EXPECTED_TOOLS, NUMERIC, Check, Option
from evals.checks.subject import Call, Outcome, Subject

MOST_CALLS = 100
MOST_ARGUMENTS = 200  # of a call, by which calls are compared
MOST_CHARACTERS = 20_000  # of an argument
NAMES, SHARE, EXACT = "names", "share", "exact"


def latency_within(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    most = options["most"]
    if subject.latency_ms is None or most is None:
        return None
    seconds = subject.latency_ms / 1000
    return Outcome(seconds <= most, _("%(seconds).2f s.") % {"seconds": seconds})


def cost_within(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    most = options["most"]
    if subject.cost is None or most is None:
        return None
    cost = float(subject.cost)
    return Outcome(cost <= most, f"${cost:.6f}.")


def tool_calls(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    """Each expected call is held against the best of the calls of its name that is left."""
    if subject.expected_tool_calls is None:
        return None
    expected = subject.expected_tool_calls[:MOST_CALLS]
    called = subject.tool_calls[:MOST_CALLS]
    if not expected and not called:
        return Outcome(1.0)
    compare = options["arguments"]
    alike = in_order if options["same_order"] else in_any_order
    score = alike(expected, called, compare) / max(len(expected), len(called))
    figures = {"called": len(called), "expected": len(expected)}
    return Outcome(score, _("%(called)d called, %(expected)d expected.") % figures)


def in_order(expected: Sequence[Call], called: Sequence[Call], compare: str) -> float:
    """Call by call: whatever comes at another place is wrong."""
    return sum(likeness(*pair, compare) for pair in zip(expected, called, strict=False))


def in_any_order(expected: Sequence[Call], called: Sequence[Call], compare: str) -> float:
    left, total = list(called), 0.0
    for wanted in expected:
        scored = [(likeness(wanted, one, compare), -at) for at, one in enumerate(left)]
        best, at = max(scored, default=(0.0, 0))
        if best > 0:
            total += best
            del left[-at]
    return total


def likeness(wanted: Call, called: Call, compare: str) -> float:
    if wanted.name != called.name:
        return 0.0
    if compare == NAMES:
        return 1.0
    ours, theirs = arguments_of(called), arguments_of(wanted)
    if compare == EXACT or not (ours or theirs):
        return float(ours == theirs)
    keys = ours.keys() | theirs.keys()
    same = sum(1 for key in keys if key in ours and key in theirs and ours[key] == theirs[key])
    return same / len(keys)


def arguments_of(call: Call) -> dict[str, str]:
    """Each argument as text in which equal values are equal; of no object, all of it as one."""
    value = call.arguments
    if isinstance(value, str):
        try:
            value = json.loads(value[:MOST_CHARACTERS])
        except (ValueError, RecursionError):
            value = {"": value}
    if value is None:
        return {}
    if not isinstance(value, dict):
        value = {"": value}
    return {str(key): written(one) for key, one in list(value.items())[:MOST_ARGUMENTS]}


def written(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True, default=str)[:MOST_CHARACTERS]
    except (ValueError, TypeError, RecursionError):
        return repr(type(value))


CALL = (
    Check(
        key="latency_within",
        title=gettext_lazy("Latency"),
        description=gettext_lazy("Whether it took no longer than allowed."),
        run=latency_within,
        group="call",
        options=(Option("most", fields.number(gettext_lazy("Seconds at most"), 0, 86_400), 30.0),),
    ),
    Check(
        key="cost_within",
        title=gettext_lazy("Cost"),
        description=gettext_lazy(
            "Whether it cost no more than allowed. A call of unknown cost is not checked."
        ),
        run=cost_within,
        group="call",
        options=(
            Option("most", fields.number(gettext_lazy("US dollars at most"), 0, 10_000), 0.1),
        ),
    ),
    Check(
        key="tool_calls",
        title=gettext_lazy("Tool calls"),
        description=gettext_lazy(
            "How far the tools that were called are those that were expected, from 0 to 1: by "
            "name, or by name and arguments. A call too many counts against it."
        ),
        run=tool_calls,
        group="call",
        data_type=NUMERIC,
        needs=frozenset({EXPECTED_TOOLS}),
        options=(
            Option(
                "arguments",
                fields.choice(
                    gettext_lazy("Arguments"),
                    [
                        (NAMES, gettext_lazy("only the names count")),
                        (SHARE, gettext_lazy("the share that is right counts")),
                        (EXACT, gettext_lazy("all must be right")),
                    ],
                ),
                SHARE,
            ),
            Option("same_order", fields.flag(gettext_lazy("In the expected order")), False),
            Option("least", fields.number(gettext_lazy("Fails below"), 0, 1), 1.0),
        ),
        limit="least",
    ),
)

"""What the editor's form holds: filled from a rule, and made to fit the kind that was chosen."""

import json
from typing import Any

from django.http import QueryDict

from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    MOST_SIGNALS,
    SOURCED,
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Condition,
    Drift,
    NoData,
    Signal,
    Threshold,
)
from alerts.rules.definition import LEARNING_WIDTHS, Definition, Measured
from alerts.rules.editing.general import (
    LEARNING,
    LastingPart,
    MissingPart,
    SegmentsPart,
    ToldPart,
)
from alerts.rules.editing.kinds import KINDS
from alerts.rules.editing.measured import MeasuredPart, SignalPart
from alerts.rules.editing.rows import QuietPart, WindowPart
from alerts.rules.points import Limit, Side
from alerts.rules.stored import NAMES, kind_of, written
from alerts.rules.words import unit_of

KIND, WAS = "g-kind", "was"
MOST_ROWS = {"m": MOST_SIGNALS, "w": 6, "q": 20}
FEWEST = 2  # signals
PER_CENT, SIGMA = (Limit(Tier.WARNING, 50.0),), (Limit(Tier.CRITICAL, 3.0),)
ERRORS = Measured(measure="error_rate")
SIGNALS = (Signal(name="1"), Signal(name="2"))
FIRST = Definition(
    measured=(ERRORS,),
    condition=Threshold(limits=(Limit(Tier.WARNING, 0.05),), least_samples=10, is_sure=True),
)
BEGUN: dict[str, Condition] = {  # what each kind begins with
    "threshold": Threshold(side=Side.ABOVE, limits=(Limit(Tier.WARNING, 5.0),), least_samples=10),
    "change": Change(limits=PER_CENT, least_samples=10),
    "anomaly": Anomaly(least_samples=10),
    "burn_rate": BurnRate(objective=0.99, least_samples=50),
    "budget": Budget(amount=10.0),
    "no_data": NoData(),
    "composite": Composite(signals=SIGNALS, limits=SIGMA),
    "drift": Drift(),
    "budget_state": BudgetState(),
}
SOURCES: dict[str, type] = {NAMES[kind]: kind for kind in SOURCED}
QUIET = {"weekdays": range(5), "begin": 22 * 60, "end": 7 * 60, "zone": "UTC"}


def rows_of(data: QueryDict, rows: str) -> int:
    text = data.get(f"{rows}-rows", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return min(max(number, 1 if rows == "m" else 0), MOST_ROWS[rows])


def filled(
    definition: Definition, *, name: str, note: str = "", runbook_url: str = ""
) -> QueryDict:
    data, told = QueryDict(mutable=True), written(definition)
    kind = kind_of(definition)
    data[KIND], data[WAS], data["g-name"] = kind, kind, name
    data["n-note"], data["n-runbook_url"] = note, runbook_url
    if kind not in KINDS:
        data["c-definition"] = json.dumps(told, ensure_ascii=False, indent=2)
        return data
    _fill_measured(data, told)
    _fill_condition(data, kind, told["condition"], definition)
    _put(data, "s", SegmentsPart.filled(told))
    _put(data, "l", LastingPart.filled({**told["lasting"], "bucket": told["bucket"]}))
    _put(data, "d", MissingPart.filled({**told["lasting"], "lag_seconds": told["lag_seconds"]}))
    _put(data, "t", ToldPart.filled(told))
    _fill_rows(data, "q", [QuietPart.filled(one) for one in told["quiet"]])
    data.setlist("more", _worth_seeing(definition))
    return data


def _worth_seeing(definition: Definition) -> list[str]:
    """What is folded and not as it is by itself."""
    plain = FIRST
    lasting, usual = definition.lasting, plain.lasting
    told = ("channels", "inhibits", "repeat_seconds", "escalate_seconds")
    found = {
        "segments": bool(definition.by),
        "missing": definition.lag_seconds != plain.lag_seconds
        or lasting.no_data != usual.no_data
        or lasting.hold_seconds != usual.hold_seconds,
        "told": any(getattr(definition, name) for name in told),
        "quiet": bool(definition.quiet),
    }
    return [name for name, is_so in found.items() if is_so]


def _fill_measured(data: QueryDict, told: dict[str, Any]) -> None:
    signals = told["condition"].get("signals") or [{}] * len(told["measured"])
    rows = [
        {**MeasuredPart.filled(one), **(SignalPart.of_signal(signal) if signal else {})}
        for one, signal in zip(told["measured"], signals, strict=True)
    ]
    _fill_rows(data, "m", rows)


def _fill_condition(data: QueryDict, kind: str, told: dict, definition: Definition) -> None:
    unit = unit_of(definition.measured[0]) if definition.measured else ""
    if kind in SOURCES:
        told = {**told, "group_by": definition.group_by}
    _put(data, "c", KINDS[kind].of_condition(told, unit))
    if kind == "budget":
        data["c-zone"] = definition.zone
    _fill_rows(data, "w", [WindowPart.filled(one) for one in told.get("windows", ())])


def _fill_rows(data: QueryDict, rows: str, found: list[dict]) -> None:
    data[f"{rows}-rows"] = str(len(found))
    for number, one in enumerate(found):
        _put(data, f"{rows}{number}", one)


def _put(data: QueryDict, prefix: str, found: dict[str, str | list[str]]) -> None:
    for name, value in found.items():
        data.setlist(f"{prefix}-{name}", value if isinstance(value, list) else [value])


def fitted(sent: QueryDict) -> QueryDict:
    """What was sent, with a row more or less where that was asked for, and with what another kind
    of condition begins with where it was changed.
    """
    data = sent.copy()
    if (rows := data.get("add", "")) in MOST_ROWS:
        _add(data, rows)
    if remove := data.get("remove", ""):
        _remove(data, remove[:1], remove[1:])
    kind = data.get(KIND, "")
    if kind in BEGUN and data.get(WAS) != kind:
        _begin(data, kind)
    data[WAS] = kind
    return data


def _begin(data: QueryDict, kind: str) -> None:
    for name in [one for one in data if one.startswith(("c-", "w"))]:
        if name != WAS:
            del data[name]
    measured = {"composite": (ERRORS, Measured(measure="latency"))}.get(kind, (Measured(),))
    begun = Definition(
        measured=() if kind in SOURCES else measured, condition=BEGUN[kind], bucket="15m"
    )
    _fill_condition(data, kind, written(begun)["condition"], begun)
    if kind in LEARNING and data.get("l-bucket") not in LEARNING_WIDTHS:
        data["l-bucket"] = LEARNING_WIDTHS[0]
    if kind == "budget":
        data["m0-measure"], data["m0-aggregation"] = "cost", "sum"
    if kind == "composite":
        _complete_signals(data)


def _complete_signals(data: QueryDict) -> None:
    while rows_of(data, "m") < FEWEST:
        _add(data, "m")
    for number in range(rows_of(data, "m")):
        begun = SignalPart.of_signal({**SIGNAL, "name": f"{number + 1}"})
        for name, value in begun.items():
            data.setdefault(f"m{number}-{name}", value)


def _add(data: QueryDict, rows: str) -> None:
    number = rows_of(data, rows)
    if number >= MOST_ROWS[rows]:
        return
    data[f"{rows}-rows"] = str(number + 1)
    found = {
        "m": lambda: {
            **MeasuredPart.filled(MEASURED),
            **SignalPart.of_signal({**SIGNAL, "name": f"{number + 1}"}),
        },
        "w": lambda: WindowPart.filled(WINDOW),
        "q": lambda: QuietPart.filled(QUIET),
    }[rows]()
    _put(data, f"{rows}{number}", found)


def _remove(data: QueryDict, rows: str, number: str) -> None:
    if rows not in MOST_ROWS or not (number.isascii() and number.isdigit() and len(number) < 4):
        return
    count, at = rows_of(data, rows), int(number)
    if at >= count or (rows == "m" and count <= FEWEST):
        return
    kept = [_row(data, f"{rows}{one}-") for one in range(count) if one != at]
    for name in [one for one in data if one.startswith(tuple(f"{rows}{n}-" for n in range(count)))]:
        del data[name]
    data[f"{rows}-rows"] = str(len(kept))
    for index, row in enumerate(kept):
        for name, values in row.items():
            data.setlist(f"{rows}{index}-{name}", values)


def _row(data: QueryDict, prefix: str) -> dict[str, list[str]]:
    return {
        name.removeprefix(prefix): data.getlist(name) for name in data if name.startswith(prefix)
    }


def _parts_of_defaults() -> tuple[dict, dict, dict]:
    composite = written(
        Definition(measured=(ERRORS, Measured()), condition=BEGUN["composite"], bucket="15m")
    )
    burn = written(Definition(measured=(ERRORS,), condition=BEGUN["burn_rate"]))
    return (
        composite["measured"][1],
        composite["condition"]["signals"][0],
        burn["condition"]["windows"][0],
    )


MEASURED, SIGNAL, WINDOW = _parts_of_defaults()

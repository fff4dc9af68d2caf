"""Definitions as JSON and back, by their types. What was stored by hand or came in a request is
hostile: an unknown field, a wrong kind of value or a number that is none raises WrongRule.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext_lazy as _

from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Drift,
    NoData,
    Threshold,
    WrongRule,
)
from alerts.rules.definition import Definition
from traces.api.parameters import NO_TEXT

KINDS: dict[str, type] = {
    "threshold": Threshold,
    "change": Change,
    "anomaly": Anomaly,
    "burn_rate": BurnRate,
    "budget": Budget,
    "no_data": NoData,
    "composite": Composite,
    "drift": Drift,
    "budget_state": BudgetState,
}
NAMES = {kind: name for name, kind in KINDS.items()}
KIND = "kind"
MOST_ITEMS = 100


def written(definition: Definition) -> dict[str, Any]:
    """What JSON can hold, with every field."""
    return _written(definition)


def read(stored: object) -> Definition:
    """Raises WrongRule."""
    found = _read(Definition, stored, "rule")
    assert isinstance(found, Definition)
    return found


def kind_of(definition: Definition) -> str:
    return NAMES[type(definition.condition)]


def _written(value: Any) -> Any:
    if is_dataclass(value):
        found = {one.name: _written(getattr(value, one.name)) for one in fields(value)}
        name = NAMES.get(type(value))  # type: ignore[arg-type]
        return {KIND: name, **found} if name else found
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return str(value) if isinstance(value, StrEnum) else value


def _read(wanted: Any, value: object, where: str) -> Any:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (UnionType, Union):
        return _read_one_of(arguments, value, where)
    if origin in (tuple, frozenset):
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            told = {"where": where, "most": MOST_ITEMS}
            raise WrongRule(_("%(where)s: a list of at most %(most)s is wanted.") % told)
        return origin(_read(arguments[0], one, where) for one in value)
    if is_dataclass(wanted):
        assert isinstance(wanted, type)
        return _read_fields(wanted, value, where)
    return _read_plain(wanted, value, where)


def _read_one_of(kinds: tuple, value: object, where: str) -> Any:
    if type(None) in kinds:
        rest = next(one for one in kinds if one is not type(None))
        return None if value is None else _read(rest, value, where)
    name = value.get(KIND) if isinstance(value, Mapping) else None
    if not isinstance(name, str) or name not in KINDS or not isinstance(value, Mapping):
        told = {"where": where, "kinds": ", ".join(KINDS)}
        raise WrongRule(_("%(where)s: “kind” is one of %(kinds)s.") % told)
    rest = {key: one for key, one in value.items() if key != KIND}
    return _read_fields(KINDS[name], rest, where)


@cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read_fields(kind: type, value: object, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise WrongRule(_("%(where)s: an object is wanted.") % {"where": where})
    known = {one.name: one for one in fields(kind)}
    if unknown := [str(name)[:40] for name in value if name not in known]:
        told = {"where": where, "name": unknown[0]}
        raise WrongRule(_("%(where)s: there is no field “%(name)s”.") % told)
    for name, one in known.items():
        if name not in value and one.default is MISSING and one.default_factory is MISSING:
            told = {"where": where, "name": name}
            raise WrongRule(_("%(where)s: “%(name)s” is missing.") % told)
    types = _types(kind)
    found = {name: _read(types[name], one, name) for name, one in value.items()}
    try:
        return kind(**found)
    except WrongRule:
        raise
    except ValueError as error:  # of hours and their zone
        raise WrongRule(f"{where}: {error}") from None


def _read_plain(wanted: type, value: object, where: str) -> Any:
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    elif wanted is int and isinstance(value, int) and not isinstance(value, bool):
        if abs(value) < 1 << 53:
            return value
    elif issubclass(wanted, StrEnum) and isinstance(value, str):
        if value in {str(one) for one in wanted}:
            return wanted(value)
    elif wanted in (str, bool) and isinstance(value, wanted) and not NO_TEXT.search(str(value)):
        return value
    raise WrongRule(_("%(where)s: not the kind of value that is wanted.") % {"where": where})

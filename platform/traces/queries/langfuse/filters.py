"""Langfuse's `filter` parameter: conditions on named columns, as SQL whose values are bound."""

from dataclasses import dataclass
from typing import Any

from traces.queries.langfuse.conditions import Conditions, TimeRange, moment

# operator → SQL over the column {x} and the bound value {v}; the kinds are those of our columns
_COMPARISONS = {name: f"{{x}} {name} {{v}}" for name in ("=", ">", "<", ">=", "<=")}
_TEXT = {
    "=": "{x} = {v}",
    "contains": "position({x}, {v}) > 0",
    "does not contain": "position({x}, {v}) = 0",
    "starts with": "startsWith({x}, {v})",
    "ends with": "endsWith({x}, {v})",
    "matches": "positionCaseInsensitiveUTF8({x}, {v}) > 0",
}
_OPTIONS = {"any of": "has({v}, {x})", "none of": "NOT has({v}, {x})"}
_LIST = {
    "any of": "hasAny({x}, {v})",
    "none of": "NOT hasAny({x}, {v})",
    "all of": "hasAll({x}, {v})",
}
_FLAG = {"=": "{x} = {v}", "<>": "{x} != {v}"}
_SET = {"is set": "{x}", "is not set": "NOT {x}"}
_NULL = {"is null": "empty({x})", "is not null": "notEmpty({x})"}
_UNKNOWN = {"is null": "isNull({x})", "is not null": "isNotNull({x})"}
_KEPT_AS_NULL = ("number", "time")  # other kinds of column hold something empty instead
WHEREVER = ("contains", "starts with", "ends with")  # "" is in every text that is there

# what the filter calls its type → the kinds of column it fits, and the type of its value
TYPES = {
    "string": (("text",), _TEXT, "String"),
    "stringOptions": (("text",), _OPTIONS, "Array(String)"),
    "arrayOptions": (("list",), _LIST, "Array(String)"),
    "number": (("number",), _COMPARISONS, "Float64"),
    "datetime": (("time",), _COMPARISONS, "Int64"),
    "boolean": (("flag",), _FLAG, "Bool"),
    "stringObject": (("map",), _TEXT | _SET, "String"),
    "numberObject": (("map",), _COMPARISONS, "Float64"),
    "booleanObject": (("map",), _FLAG, "Bool"),
    "categoryOptions": (("map",), _OPTIONS, "Array(String)"),
    "null": (("text", "list", "number", "time"), _NULL, ""),
}


class UnknownFilter(ValueError):
    """A filter that names no column, type or operator of ours: the sender's to mend."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `value` fits `type`: text, texts, a number, a flag or nanoseconds."""

    column: str
    type: str
    operator: str
    value: Any = None
    key: str = ""  # of a map


def add_filters(
    conditions: Conditions, filters: list[Filter], columns: dict[str, tuple[str, str]]
) -> None:
    """`columns` maps what the API calls a column to its kind and its SQL."""
    for wanted in filters:
        if wanted.column not in columns:
            raise UnknownFilter(f"There is no column “{wanted.column}” to filter by.")
        if wanted.type not in TYPES:
            raise UnknownFilter(f"There is no filter type “{wanted.type}”.")
        kind, column = columns[wanted.column]
        kinds, operators, value_type = TYPES[wanted.type]
        if kind not in kinds or wanted.operator not in operators:
            raise UnknownFilter(
                f"Column “{wanted.column}” cannot be filtered by {wanted.type} “{wanted.operator}”."
            )
        if wanted.type == "null" and kind in _KEPT_AS_NULL:
            operators = _UNKNOWN
        operator = _operator(wanted)
        conditions.add(
            operators[operator].format(
                x=_column(conditions, kind, column, wanted, operator),
                v="" if operator in _SET else _value(conditions, wanted, value_type),
            )
        )


def _operator(wanted: Filter) -> str:
    """Langfuse takes a search for nothing in a map's value as the question whether it is there."""
    if wanted.type == "stringObject" and wanted.value == "" and wanted.operator in WHEREVER:
        return "is set"
    return wanted.operator


def _column(conditions: Conditions, kind: str, column: str, wanted: Filter, operator: str) -> str:
    if kind != "map":
        return column
    key = conditions.bind(wanted.key, "String")
    if operator in _SET:
        return f"mapContains({column}, {key})"
    value = f"{column}[{key}]"
    return f"toFloat64OrNull({value})" if wanted.type == "numberObject" else value


def _value(conditions: Conditions, wanted: Filter, value_type: str) -> str:
    if not value_type:
        return ""
    if wanted.type == "datetime":
        return moment(conditions, wanted.value)
    if wanted.type == "booleanObject":
        return conditions.bind("true" if wanted.value else "false", "String")
    return conditions.bind(wanted.value, value_type)


def narrowed(time: TimeRange, filters: list[Filter], column: str) -> TimeRange:
    """The part of the range that filters on this column leave: what they say can bound a read."""
    since, until = time.since, time.until
    for wanted in filters:
        if wanted.column == column and wanted.type == "datetime":
            if wanted.operator in (">", ">=", "="):
                since = max(since, wanted.value)
            if wanted.operator in ("<", "<=", "="):
                until = min(until, wanted.value + 1)
    return TimeRange(since, max(since, until))

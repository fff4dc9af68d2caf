"""Langfuse's `filter` parameter: conditions on named columns, as SQL whose values are bound."""

from dataclasses import dataclass
from typing import Any

from traces.queries.langfuse.conditions import Conditions, moment

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
_NULL = {"is null": "empty({x})", "is not null": "notEmpty({x})"}

# what the filter calls its type → the kinds of column it fits, and the type of its value
TYPES = {
    "string": (("text",), _TEXT, "String"),
    "stringOptions": (("text",), _OPTIONS, "Array(String)"),
    "arrayOptions": (("list",), _LIST, "Array(String)"),
    "number": (("number",), _COMPARISONS, "Float64"),
    "datetime": (("time",), _COMPARISONS, "Int64"),
    "boolean": (("flag",), _FLAG, "Bool"),
    "stringObject": (("map",), _TEXT, "String"),
    "numberObject": (("map",), _COMPARISONS, "Float64"),
    "categoryOptions": (("map",), _OPTIONS, "Array(String)"),
    "null": (("text", "list"), _NULL, ""),
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
        conditions.add(
            operators[wanted.operator].format(
                x=_column(conditions, kind, column, wanted),
                v=_value(conditions, wanted, value_type),
            )
        )


def _column(conditions: Conditions, kind: str, column: str, wanted: Filter) -> str:
    if kind != "map":
        return column
    value = f"{column}[{conditions.bind(wanted.key, 'String')}]"
    return f"toFloat64OrNull({value})" if wanted.type == "numberObject" else value


def _value(conditions: Conditions, wanted: Filter, value_type: str) -> str:
    if not value_type:
        return ""
    if wanted.type == "datetime":
        return moment(conditions, wanted.value)
    return conditions.bind(wanted.value, value_type)

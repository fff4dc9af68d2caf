"""Which column of a file goes where in an item. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from evals.datasets.items import NewItem
from evals.datasets.uploads.reading import Row

INPUT, EXPECTED, METADATA, ID, SPLITS = "input", "expected_output", "metadata", "id", "splits"
TARGETS = (INPUT, EXPECTED, METADATA, ID, SPLITS)
ONE_ONLY = (ID, SPLITS)
GUESSES = {
    INPUT: ("input", "inputs", "question", "query", "prompt", "request", "입력", "질문"),
    EXPECTED: ("expected_output", "expected", "expectedoutput", "output", "answer", "reference",
               "ground_truth", "label", "target", "기대 출력", "정답", "답변"),
    METADATA: ("metadata", "meta", "메타데이터"),
    ID: ("id", "item_id"),
    SPLITS: ("splits", "split"),
}  # fmt: skip


class Unmapped(ValueError):
    """The message says what of the mapping is wrong."""


class BadRow(ValueError):
    """The message says what of a row is wrong."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The target of each column; those without one are left out. A lone column is the value itself,
    unless `is_object`: then it is an object of one key, as several columns always are.
    """

    target_of: Mapping[str, str]
    is_object: bool = False

    def named(self, target: str) -> list[str]:
        return [name for name, one in self.target_of.items() if one == target]

    def as_json(self) -> dict[str, Any]:
        return {"target_of": dict(self.target_of), "is_object": self.is_object}

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> "Columns":
        return cls(given["target_of"], given["is_object"])


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """By the names of the columns; where none is an input, the first that is nothing else."""
    found: dict[str, str] = {}
    for column in columns:
        name = column.strip().lower()
        target = next((target for target, names in GUESSES.items() if name in names), "")
        if target and not (target in ONE_ONLY and target in found.values()):
            found[column] = target
    if INPUT not in found.values():
        first = next((column for column in columns if column not in found), None)
        if first is not None:
            found[first] = INPUT
    return found


def checked(columns: Columns) -> Columns:
    """Raises Unmapped."""
    if not columns.named(INPUT) and not columns.named(EXPECTED):
        raise Unmapped(_("Choose at least one column for the input."))
    for target in ONE_ONLY:
        if len(columns.named(target)) > 1:
            words = _("Only one column can be “%(target)s”.")
            raise Unmapped(words % {"target": target})
    return columns


def item_of(row: Row, columns: Columns, own_id: str) -> NewItem:
    """`own_id` is for a row that names none. Raises BadRow."""
    if row.problem:
        raise BadRow(row.problem)
    given = id_of(row, columns) or own_id
    fields: dict[str, Any] = {}
    for target in (INPUT, EXPECTED, METADATA):
        if wanted := columns.named(target):
            fields[target] = _value(row, wanted, columns.is_object or target == METADATA)
    if wanted := columns.named(SPLITS):
        fields["splits"] = _splits(row.values.get(wanted[0]))
    return NewItem(id=given, **fields)


class Ids:
    """Those of a file, and where each stands first: rows are handed to it in their order."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.line_of: dict[str, int] = {}

    def once(self, row: Row) -> Row:
        """Refused where an earlier row has its id: it would change that one's item."""
        try:
            given = id_of(row, self.columns)
        except BadRow:
            return row
        first = self.line_of.setdefault(given, row.line) if given else row.line
        if row.problem or first == row.line:
            return row
        words = _("The row of line %(line)s has the same id. An id stands once in a file.")
        return replace(row, problem=words % {"line": first})


def _value(row: Row, wanted: list[str], is_object: bool) -> Any:
    if len(wanted) > 1:
        return {name: row.values.get(name) for name in wanted}
    value = row.values.get(wanted[0])
    if is_object and not isinstance(value, dict):
        return None if value in (None, "") else {wanted[0]: value}
    return None if value == "" else value


def id_of(row: Row, columns: Columns) -> str:
    """Empty where the row names none. Raises BadRow."""
    wanted = columns.named(ID)
    given = row.values.get(wanted[0]) if wanted else None
    if given is None or given == "":
        return ""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadRow(_("The id must be a text."))
    return str(given)


def _splits(given: Any) -> list[str]:
    parts = given.split(",") if isinstance(given, str) else given or []
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise BadRow(_("Splits are a list of names."))
    return [part for part in parts if part.strip()]

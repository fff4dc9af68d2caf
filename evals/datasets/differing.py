"""What differs between two versions of an item, and between a dataset at two moments."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from evals.datasets import table
from evals.datasets.models import Dataset, ItemVersion
from traces.render.diff import Diff, diff_of_lines

PAGE = 50
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an item between two moments. A side is None where it was not there."""

    kind: str
    before: ItemVersion | None
    after: ItemVersion | None
    line: table.Line

    @property
    def item(self) -> ItemVersion:
        return self.line.item


@dataclass(frozen=True, slots=True)
class Changes:
    lines: list[Change]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def laid_out(value: Any) -> str:
    """As lines that can be compared."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


def compared(before: ItemVersion, after: ItemVersion) -> dict[str, Diff]:
    """The three values and the rest, each as lines."""
    found = {
        name: diff_of_lines(laid_out(getattr(before, name)), laid_out(getattr(after, name)))
        for name in ("input", "expected_output", "metadata")
    }
    return found | {"facts": diff_of_lines(facts(before), facts(after))}


def facts(item: ItemVersion) -> str:
    said = {
        "status": item.status,
        "splits": ", ".join(item.splits),
        "sourceTraceId": item.source_trace_id,
        "sourceObservationId": item.source_observation_id,
    }
    return "\n".join(f"{name}: {value}" for name, value in said.items() if value)


def changes(dataset: Dataset, since: datetime, until: datetime, page: int) -> Changes:
    """The items that are others at `until` than they were at `since`, and their number by kind."""
    there, now = (_at(dataset, moment, since, until) for moment in (since, until))
    kinds = {
        number: kind for number in sorted(there.keys() | now.keys(), reverse=True)
        if (kind := _kind(there.get(number), now.get(number)))
    }  # fmt: skip
    pages = max(1, -(-len(kinds) // PAGE))
    page = min(max(page, 1), pages)
    shown = list(kinds)[(page - 1) * PAGE : page * PAGE]
    wanted = [one for number in shown for one in (there.get(number), now.get(number)) if one]
    rows = {one.pk: one for one in table.light(dataset.versions.filter(pk__in=wanted))}
    lines = [
        _change(kinds[number], rows.get(there.get(number)), rows.get(now.get(number)))
        for number in shown
    ]
    told = {kind: list(kinds.values()).count(kind) for kind in (ADDED, CHANGED, REMOVED)}
    return Changes(lines, told, len(kinds), page, pages)


def _at(dataset: Dataset, moment: datetime, since: datetime, until: datetime) -> dict[int, int]:
    """The versions at the moment, by their numbers, of the items that changed in between."""
    changed = dataset.versions.filter(valid_from__gt=since, valid_from__lte=until)
    ends = Q(valid_to=None) | Q(valid_to__gt=moment)
    rows = dataset.versions.filter(
        ends, valid_from__lte=moment, is_deleted=False, number__in=changed.values("number")
    )
    return dict(rows.order_by().values_list("number", "pk"))


def _kind(before: int | None, after: int | None) -> str:
    if before == after:
        return ""
    if before is None:
        return ADDED
    return REMOVED if after is None else CHANGED


def _change(kind: str, before: ItemVersion | None, after: ItemVersion | None) -> Change:
    item = after or before
    assert item is not None  # one of the two moments had it
    return Change(kind, before, after, table.line(item))

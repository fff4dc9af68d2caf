"""Changing many items at once: those that a search finds, or all back to what they were. Items that
break the schemas stay as they are, and why is told; of all others each earlier version is kept, so
that any of it can be taken back.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evals.datasets import items, names
from evals.datasets.items import FIELDS, By, NewItem, Refused
from evals.datasets.models import Dataset, ItemVersion, Status
from evals.datasets.schemas import Checking, checking_of
from evals.datasets.table import Wanted, matching

MOST = 10_000  # items of one change
AT_ONCE = 100
PUT, TAKE, ARCHIVE, ACTIVATE, DELETE = "put", "take", "archive", "activate", "delete"


class TooMany(ValueError):
    """The message says how many it may be."""


@dataclass(frozen=True, slots=True)
class Changed:
    items: int
    refused: Sequence[str] = ()  # reasons


def change(
    dataset: Dataset, wanted: Wanted, what: str, by: By, *, split: str = "", share: int = 100
) -> Changed:
    """What is done to the items that are found now. Of those that are put into a split, `share` in
    a hundred are chosen by chance, the same ones each time. Raises InvalidName or TooMany.
    """
    if what in (PUT, TAKE):
        [split] = names.split_names([split])
    with items.change(dataset) as (locked, _moment):
        there = list(
            matching(locked, wanted).order_by("number").values_list("item_id", "splits")[: MOST + 1]
        )
        refuse_too_many(len(there))
        if what == DELETE:
            gone = [items.delete(locked, some, by) for some in _parts([one for one, _ in there])]
            return Changed(sum(map(len, gone)))
        if what == PUT:
            there = [one for one in there if _is_chosen(one[0], split, share)]
        changes = [_changed(item_id, splits, what, split) for item_id, splits in there]
        return _applied(locked, changes, by, checking_of(locked))


def restore(dataset: Dataset, moment: datetime, by: By) -> Changed:
    """Make the dataset again what it was at the moment: what came since goes, what was changed or
    deleted since is as it was. Raises TooMany.
    """
    with items.change(dataset) as (locked, _moment):
        since = locked.versions.filter(valid_from__gt=moment).order_by("item_id")
        touched = list(since.values_list("item_id", flat=True).distinct()[: MOST + 1])
        refuse_too_many(len(touched))
        changed, refused, there = 0, list[str](), set[str]()
        checking = checking_of(locked)
        for some in _parts(touched):
            before = list(items.items_at(locked, moment).filter(item_id__in=some))
            there |= {one.item_id for one in before}
            told = _applied(locked, [_as_it_was(one) for one in before], by, checking)
            changed, refused = changed + told.items, [*refused, *told.refused]
        new = [item_id for item_id in touched if item_id not in there]
        gone = [items.delete(locked, some, by) for some in _parts(new)]
        return Changed(changed + sum(map(len, gone)), refused)


def refuse_too_many(count: int) -> None:
    if count > MOST:
        words = _("That would change more than %(most)s items. Narrow the search.")
        raise TooMany(words % {"most": f"{MOST:,}"})


def _as_it_was(item: ItemVersion) -> NewItem:
    return NewItem(id=item.item_id, **{name: getattr(item, name) for name in FIELDS})


def _changed(item_id: str, splits: list[str], what: str, split: str) -> NewItem:
    if what == PUT:
        return NewItem(id=item_id, splits=[*splits, split])
    if what == TAKE:
        return NewItem(id=item_id, splits=[one for one in splits if one != split])
    return NewItem(id=item_id, status=str(Status.ARCHIVED if what == ARCHIVE else Status.ACTIVE))


def _is_chosen(item_id: str, split: str, share: int) -> bool:
    drawn = hashlib.sha256(f"{split}\0{item_id}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % 10_000 < share * 100


def _applied(dataset: Dataset, changes: list[NewItem], by: By, checking: Checking) -> Changed:
    count, refused = 0, list[str]()
    for some in _parts(changes):
        ids = [one.id for one in some]
        before = dict(items.present(dataset, ids).values_list("item_id", "pk"))
        for outcome in items.add(dataset, some, by, checking):
            if isinstance(outcome, Refused):
                refused.append(outcome.reason)
            elif before.get(outcome.item_id) != outcome.pk:
                count += 1
    return Changed(count, refused)


def _parts(things: list) -> Iterator[list]:
    for first in range(0, len(things), AT_ONCE):
        yield things[first : first + AT_ONCE]

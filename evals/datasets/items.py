"""The items of a dataset: as they are, as they were, and changing them. Whoever calls has asked who
may.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from evals.datasets import names
from evals.datasets.kept import Unkept, kept
from evals.datasets.models import Dataset, ItemVersion, Status, new_uuid
from evals.datasets.schemas import Checking, checking_of, problems_of
from traces.api.parameters import NO_TEXT

MOST_AT_ONCE = 1_000
TICK = timedelta(milliseconds=1)  # as APIs write moments: a version can be asked for by its own


class Unset:
    """Stands for a field that is not given: it stays as it is, or is empty in a new item."""


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and by which bulk run, if any. A program has a key and no user."""

    user: User | None = None
    public_key: str = ""
    bulk_run: int | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to add, or, where one of the id is there, what to change of it: whatever it is now,
    or only `over` that version.
    """

    id: str = ""  # empty: a new one
    over: int | None = None
    input: Any = UNSET
    expected_output: Any = UNSET
    metadata: Any = UNSET
    status: str | Unset = UNSET
    splits: Sequence[str] | Unset = UNSET
    source_trace_id: str | Unset | None = UNSET
    source_observation_id: str | Unset | None = UNSET


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that was not stored. `is_elsewhere`: its id is that of another dataset's item.
    `is_stale`: it is another version by now.
    """

    item_id: str
    reason: str
    is_elsewhere: bool = False
    is_stale: bool = False


Outcome = ItemVersion | Refused
FIELDS = (
    "input", "expected_output", "metadata", "status", "splits",
    "source_trace_id", "source_observation_id",
)  # fmt: skip
EMPTY: dict[str, Any] = {
    "input": None,
    "expected_output": None,
    "metadata": None,
    "status": Status.ACTIVE,
    "splits": [],
    "source_trace_id": "",
    "source_observation_id": "",
}


def items_at(dataset: Dataset, moment: datetime | None = None) -> QuerySet[ItemVersion]:
    """The items as they were at the moment, newest first; None: as they are. None that was deleted
    by then is among them.
    """
    there = dataset.versions.filter(is_deleted=False).order_by("-number")
    if moment is None:
        return there.filter(valid_to=None)
    ends = Q(valid_to=None) | Q(valid_to__gt=moment)
    return there.filter(ends, valid_from__lte=moment)


def item_in(project_id: str, item_id: str) -> ItemVersion | None:
    """The present version of an item that is not deleted."""
    found = ItemVersion.objects.select_related("dataset")
    return found.filter(
        project=project_id, item_id=item_id, valid_to=None, is_deleted=False
    ).first()


def id_from(dataset: Dataset, trace_id: str, observation_id: str = "") -> str:
    """The id of the item that is made of a trace or an observation: always the same one, so that
    it is made once.
    """
    named = json.dumps([dataset.pk, trace_id, observation_id])
    return f"from-{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def add(
    dataset: Dataset, wanted: Sequence[NewItem], by: By, checking: Checking | None = None
) -> list[Outcome]:
    """Add items, or change those whose ids are there: one version of each that differs from what it
    is now. What is refused is told in its place, the others are stored. Calls of one change share
    the time of its `checking`.
    """
    if len(wanted) > MOST_AT_ONCE:
        raise ValueError(f"at most {MOST_AT_ONCE} items at once")
    try:
        return _added(dataset, wanted, by, checking)
    except IntegrityError:  # another dataset got an item of such an id at the same moment
        return _added(dataset, wanted, by, checking)


def _added(
    dataset: Dataset, wanted: Sequence[NewItem], by: By, checking: Checking | None
) -> list[Outcome]:
    with change(dataset) as (locked, moment):
        present = _present(locked, [one.id for one in wanted if one.id])
        known = set(present)
        checking = checking or checking_of(locked)
        outcomes: list[Outcome] = []
        for one in wanted:
            outcome = _made(locked, one, present.get(one.id), moment, by, checking)
            if isinstance(outcome, ItemVersion):
                present[outcome.item_id] = outcome
            outcomes.append(outcome)
        _write(locked, [one for one in present.values() if one.pk is None], known, moment)
    return [present[one.item_id] if isinstance(one, ItemVersion) else one for one in outcomes]


def delete(dataset: Dataset, item_ids: Sequence[str], by: By) -> list[ItemVersion]:
    """The versions that say so, of those that were there."""
    with change(dataset) as (locked, moment):
        present = _present(locked, item_ids)
        there = [
            one for one in present.values() if not one.is_deleted and one.dataset_id == locked.pk
        ]
        gone = [
            _next(one, {name: getattr(one, name) for name in FIELDS}, moment, by) for one in there
        ]
        for one in gone:
            one.is_deleted = True
        _write(locked, gone, set(present), moment)
    return gone


def restore(version: ItemVersion, by: By) -> Outcome:
    """Make the item again what it was in this version."""
    earlier = {name: getattr(version, name) for name in FIELDS}
    return add(version.dataset, [NewItem(id=version.item_id, **earlier)], by)[0]


@contextmanager
def change(dataset: Dataset) -> Iterator[tuple[Dataset, datetime]]:
    """The dataset, locked, and the moment of the change: later than that of every other one, in
    whole milliseconds. All or nothing.
    """
    with transaction.atomic():
        locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
        now = timezone.now()
        moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
        if locked.items_changed_at is not None:
            moment = max(moment, locked.items_changed_at + TICK)
        yield locked, moment


def present(dataset: Dataset, item_ids: Sequence[str]) -> QuerySet[ItemVersion]:
    """The present versions of these items in the whole project, also of those that are deleted."""
    sought = [one for one in item_ids if not NO_TEXT.search(one)]
    return ItemVersion.objects.filter(project=dataset.project_id, item_id__in=sought, valid_to=None)


def _present(dataset: Dataset, item_ids: Sequence[str]) -> dict[str, ItemVersion]:
    return {one.item_id: one for one in present(dataset, item_ids)}


def _made(
    dataset: Dataset,
    wanted: NewItem,
    present: ItemVersion | None,
    moment: datetime,
    by: By,
    checking: Checking,
) -> Outcome:
    """The version to write; the present one where nothing differs."""
    if present is not None and present.dataset_id != dataset.pk:
        words = _("The id %(id)s is that of an item of another dataset.")
        return Refused(wanted.id, words % {"id": wanted.id}, is_elsewhere=True)
    if wanted.over is not None and (present is None or present.pk != wanted.over):
        return Refused(wanted.id, _("Somebody changed the item meanwhile."), is_stale=True)
    was = EMPTY
    if present is not None and not present.is_deleted:
        was = {name: getattr(present, name) for name in FIELDS}
    try:
        item_id = names.item_id(wanted.id) if wanted.id else new_uuid()
        fields = {**was, **_given(wanted)}
    except (names.InvalidName, Unkept) as error:
        return Refused(wanted.id, str(error))
    if present is not None and not present.is_deleted and is_same(fields, was):
        return present
    if problems := problems_of(fields, checking):
        return Refused(wanted.id, " ".join(problems))
    if present is not None:
        return _next(present, fields, moment, by)
    dataset.last_number += 1
    return ItemVersion(
        project_id=dataset.project_id,
        dataset=dataset,
        item_id=item_id,
        number=dataset.last_number,
        created_at=moment,
        valid_from=moment,
        author=by.user,
        public_key=by.public_key,
        bulk_run=by.bulk_run,
        **fields,
    )


def is_same(one: Any, other: Any) -> bool:
    """As JSON: for Python, 1 and true are the same."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _given(wanted: NewItem) -> dict[str, Any]:
    """The fields that are given, checked. Raises InvalidName or Unkept."""
    given = {
        name: value for name in FIELDS if not isinstance(value := getattr(wanted, name), Unset)
    }
    for name, label in (
        ("input", _("Input")),
        ("expected_output", _("Expected output")),
        ("metadata", _("Metadata")),
    ):
        if name in given:
            kept(given[name], label)
    for name, label in (
        ("source_trace_id", "sourceTraceId"),
        ("source_observation_id", "sourceObservationId"),
    ):
        if name in given:
            given[name] = names.source_id(given[name], label)
    if "splits" in given:
        given["splits"] = names.split_names(given["splits"])
    if "status" in given and given["status"] not in Status.values:
        raise Unkept(_("The status is ACTIVE or ARCHIVED."))
    return given


def _next(present: ItemVersion, fields: dict[str, Any], moment: datetime, by: By) -> ItemVersion:
    return ItemVersion(
        project_id=present.project_id,
        dataset_id=present.dataset_id,
        item_id=present.item_id,
        number=present.number,
        created_at=moment if present.is_deleted else present.created_at,
        valid_from=moment,
        author=by.user,
        public_key=by.public_key,
        bulk_run=by.bulk_run,
        **fields,
    )


def _write(
    dataset: Dataset, versions: list[ItemVersion], known: set[str], moment: datetime
) -> None:
    if not versions:
        return
    closing = [one.item_id for one in versions if one.item_id in known]
    ItemVersion.objects.filter(
        project=dataset.project_id, item_id__in=closing, valid_to=None
    ).update(valid_to=moment)
    ItemVersion.objects.bulk_create(versions)
    dataset.items_changed_at = moment
    dataset.save(update_fields=("items_changed_at", "last_number"))

"""Making, changing and deleting datasets themselves. Whoever calls has asked who may."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project
from evals.datasets import schemas
from evals.datasets.items import By, items_at
from evals.datasets.kept import Unkept, kept
from evals.datasets.models import MAX_DESCRIPTION, Dataset
from evals.datasets.names import dataset_name
from prompts.names import sought
from traces.api.parameters import NO_TEXT

MOST_DATASETS = 2_000  # of a project
MOST_CHECKED = 2_000  # items that a new schema is held against: 1.5 s
MOST_TOLD = 5
FIELDS = ("description", "metadata", "input_schema", "expected_output_schema")
log = structlog.get_logger(__name__)


class InvalidDataset(ValueError):
    """The message says what is wrong and what to do."""


class NameTaken(InvalidDataset):
    """Another dataset of the project has the name."""


def named(project_id: str, name: str) -> Dataset | None:
    """The dataset of that name. Older SDKs escape names once more than they are unescaped."""
    there = Dataset.objects.filter(project=project_id)
    for one in dict.fromkeys((sought(name), sought(unquote(name)))):
        if not NO_TEXT.search(one) and (found := there.filter(name=one).first()):
            return found
    return None


def create(project: Project, name: str, fields: Mapping[str, Any], by: By) -> Dataset:
    """Raises InvalidName, or InvalidDataset."""
    name, given = dataset_name(name), checked(fields)
    refuse_too_many(project)
    try:
        with transaction.atomic():
            made = Dataset.objects.create(project=project, name=name, **given)
    except IntegrityError:
        raise NameTaken(_("There is a dataset of this name already.")) from None
    told("dataset_created", made, by)
    return made


def refuse_too_many(project: Project) -> None:
    """Raises InvalidDataset where there is no room for another one."""
    if Dataset.objects.filter(project=project).count() >= MOST_DATASETS:
        words = _("A project has at most %(most)s datasets. Delete some that nobody needs.")
        raise InvalidDataset(words % {"most": f"{MOST_DATASETS:,}"})


def change(dataset: Dataset, name: str, fields: Mapping[str, Any], by: By) -> Dataset:
    """Fields that are not given stay. Raises InvalidName, or InvalidDataset: also where items break
    a schema.
    """
    name, given = dataset_name(name), checked(fields)
    try:
        with transaction.atomic():
            locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
            changed = [one for one in given if getattr(locked, one) != given[one]]
            for one in changed:
                setattr(locked, one, given[one])
            if {"input_schema", "expected_output_schema"} & set(changed):
                refuse_where_broken(locked)
            if changed or name != locked.name:
                locked.name, locked.updated_at = name, timezone.now()
                locked.save(update_fields=("name", "updated_at", *changed))
                told("dataset_changed", locked, by, fields=changed)
    except IntegrityError:
        raise NameTaken(_("There is a dataset of this name already.")) from None
    return locked


def upsert(project: Project, name: str, fields: Mapping[str, Any], by: By) -> Dataset:
    """As programs make one: a dataset of the name that is there is changed."""
    name = dataset_name(name)
    present = Dataset.objects.filter(project=project, name=name).first()
    if present is None:
        try:
            return create(project, name, fields, by)
        except NameTaken:  # by another request, at the same moment
            present = Dataset.objects.get(project=project, name=name)
    return change(present, name, fields, by)


def remove(dataset: Dataset, by: By) -> None:
    """With all versions of its items. There is no way back."""
    told("dataset_deleted", dataset, by)
    dataset.delete()


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: fields[name] for name in FIELDS if name in fields}
    try:
        if "description" in given:
            given["description"] = _description(given["description"])
        if "metadata" in given:
            kept(given["metadata"], _("Metadata"))
        for name in ("input_schema", "expected_output_schema"):
            if name in given:
                given[name] = schemas.schema_of(kept(given[name], _("The schema")))
    except (Unkept, schemas.InvalidSchema) as error:
        raise InvalidDataset(str(error)) from error
    return given


def _description(given: Any) -> str:
    if not isinstance(given, str) or len(given) > MAX_DESCRIPTION or NO_TEXT.search(given):
        words = _("The description is a text of at most %(most)s characters.")
        raise InvalidDataset(words % {"most": f"{MAX_DESCRIPTION:,}"})
    return given.strip()


def refuse_where_broken(dataset: Dataset) -> None:
    """Of its newest items, where there are very many."""
    told, checking = [], schemas.checking_of(dataset)
    for item in items_at(dataset)[:MOST_CHECKED].iterator(chunk_size=100):
        fields = {"input": item.input, "expected_output": item.expected_output}
        if problems := schemas.problems_of(fields, checking):
            told.append(f"#{item.number}: {problems[0]}")
        if len(told) == MOST_TOLD:
            break
    if told:
        words = _(
            "Items of the dataset break the schema. Change them first, or the schema: %(items)s"
        )
        raise InvalidDataset(words % {"items": " · ".join(told)})


def told(event: str, dataset: Dataset, by: By, **more: Any) -> None:
    log.info(
        event,
        project=dataset.project_id,
        dataset=dataset.pk,
        name=dataset.name,
        user=by.user.pk if by.user else None,
        key=by.public_key,
        **more,
    )

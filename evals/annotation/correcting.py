"""What an output should have been, as the expected output of a dataset's item."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.annotation.annotating import Unsaid
from evals.annotation.models import Item, ObjectType
from evals.annotation.shown import shown
from evals.datasets import items
from evals.datasets.models import Dataset
from traces.render.json_lines import parsed

MOST_DATASETS = 500  # in the list from which one is picked


def datasets_of(project: Project) -> QuerySet[Dataset]:
    return Dataset.objects.filter(project=project).order_by("name")[:MOST_DATASETS]


def into_dataset(item: Item, dataset_id: str, correction: str, user: User) -> str:
    """What was done, in words. Of one trace (or observation) a dataset has one item: saying it
    again changes that. Raises Unsaid.
    """
    if not correction.strip():
        raise Unsaid(_("Write what the output should have been first."), "correction")
    if item.object_type == ObjectType.SESSION:
        raise Unsaid(_("A session has no one output to correct."), "correction")
    dataset = None
    if "\0" not in dataset_id:
        dataset = Dataset.objects.filter(project=item.queue.project_id, pk=dataset_id).first()
    if dataset is None:
        raise Unsaid(_("Choose a dataset of this project."), "correction")
    outcome = items.add(dataset, [new_item(dataset, item, correction)], items.By(user=user))[0]
    if isinstance(outcome, items.Refused):
        raise Unsaid(outcome.reason, "correction")
    words = _("It is item #%(number)s of “%(name)s”, with this as its expected output.")
    return words % {"number": outcome.number, "name": dataset.name}


def new_item(dataset: Dataset, item: Item, correction: str) -> items.NewItem:
    """Of an item that is there, only the expected output changes."""
    is_span = item.object_type == ObjectType.OBSERVATION
    span_id = item.object_id if is_span else ""
    item_id = items.id_from(dataset, item.trace_id, span_id)
    expected = as_json(correction)
    if items.item_in(str(item.queue.project_id), item_id):
        return items.NewItem(id=item_id, expected_output=expected)
    found = shown(str(item.queue.project_id), item)
    if not found.is_there:
        raise Unsaid(_("What was to be annotated has been deleted. Remove the item, or skip it."))
    if found.is_cut:
        raise Unsaid(_("The input is too long to become an item of a dataset."), "correction")
    return items.NewItem(
        id=item_id,
        input=as_json(found.input),
        expected_output=expected,
        source_trace_id=item.trace_id,
        source_observation_id=span_id,
    )


def as_json(text: str) -> Any:
    """What a text says as JSON where it is an object or a list, else the text itself."""
    value = parsed(text)
    return text if value is None else value

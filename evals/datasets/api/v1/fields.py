"""What the datasets of /api/v1/ ask and answer, as their schema tells it."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import CharField, ChoiceField, IntegerField, JSONField

from evals.datasets.api.shapes import written
from evals.datasets.listing import Line
from evals.datasets.models import ItemVersion, Status
from evals.datasets.names import MAX_SPLIT
from traces.api.v1.asked import Moment, text
from traces.api.v1.fields import moment, nullable, words


class PageAsked(serializers.Serializer):
    limit = IntegerField(
        required=False, default=50, min_value=1, max_value=200, help_text="Rows of a page."
    )
    cursor = text(help_text="next_cursor of the page before.")


class DatasetsAsked(PageAsked):
    search = text(help_text="A part of the name.")
    folder = text(help_text="In this folder or below it.")


class ItemsAsked(PageAsked):
    at = Moment(required=False, help_text="The items as they were at this moment.")
    split = CharField(
        required=False, allow_blank=True, default="", max_length=MAX_SPLIT, help_text="Of it only."
    )
    status = ChoiceField(
        tuple(Status.values), required=False, help_text="Of it only; else both are listed."
    )


class DatasetFields(serializers.Serializer):
    id = CharField()
    name = CharField()
    description = CharField()
    metadata = JSONField(allow_null=True)
    input_schema = JSONField(allow_null=True)
    expected_output_schema = JSONField(allow_null=True)
    items = IntegerField(help_text="How many there are now, archived ones among them.")
    archived = IntegerField()
    created_at = moment()
    changed_at = moment(help_text="When the dataset or one of its items last changed.")


class ItemFields(serializers.Serializer):
    id = CharField()
    number = IntegerField(help_text="In the order in which they were added.")
    input = JSONField(allow_null=True)
    expected_output = JSONField(allow_null=True)
    metadata = JSONField(allow_null=True)
    status = ChoiceField(tuple(Status.values))
    splits = words()
    source_trace_id = nullable()
    source_observation_id = nullable()
    created_at = moment()
    changed_at = moment(help_text="Since when the item is as it is told here.")


class DatasetPageFields(serializers.Serializer):
    data = DatasetFields(many=True)
    next_cursor = nullable()


class ItemPageFields(serializers.Serializer):
    data = ItemFields(many=True)
    next_cursor = nullable()


def dataset_shape(line: Line) -> dict[str, Any]:
    dataset = line.dataset
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "description": dataset.description,
        "metadata": dataset.metadata,
        "input_schema": dataset.input_schema,
        "expected_output_schema": dataset.expected_output_schema,
        "items": line.items,
        "archived": line.archived,
        "created_at": written(dataset.created_at),
        "changed_at": written(line.changed),
    }


def item_shape(item: ItemVersion) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "number": item.number,
        "input": item.input,
        "expected_output": item.expected_output,
        "metadata": item.metadata,
        "status": item.status,
        "splits": item.splits,
        "source_trace_id": item.source_trace_id or None,
        "source_observation_id": item.source_observation_id or None,
        "created_at": written(item.created_at),
        "changed_at": written(item.valid_from),
    }

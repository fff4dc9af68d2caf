"""A queue's annotations as a file: a line for each item and person, a column for each score."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from evals.annotation.models import Annotation, Queue
from evals.scores.models import DataType, ScoreConfig
from exports.columns import NUMBER, TEXT, TIME, Column
from exports.formats import writing
from exports.models import Format

AT_ONCE = 500
FORMATS = (Format.CSV, Format.JSONL)
ABOUT = (
    ("item_id", TEXT),
    ("object_type", TEXT),
    ("object_id", TEXT),
    ("trace_id", TEXT),
    ("status", TEXT),
    ("annotator", TEXT),
    ("annotated_at", TIME),
    ("changed_at", TIME),
)
SAID = (("comment", TEXT), ("correction", TEXT))


def exported(queue: Queue, format_: Format) -> Iterator[bytes]:
    """The file in parts. All annotations that are done, the oldest item first."""
    scores = columns_of(queue)
    columns = [Column(name, kind) for name, kind in (*ABOUT, *scores.values(), *SAID)]
    names = {config_id: name for config_id, (name, _kind) in scores.items()}
    file = writing(format_, columns)
    yield file.head()
    done = Annotation.objects.filter(item__queue=queue).exclude(done_at=None)
    ordered = done.select_related("item", "user").order_by("item__created_at", "item_id", "user_id")
    left = ordered.iterator(chunk_size=AT_ONCE)
    while some := list(islice(left, AT_ONCE)):
        yield file.part([line(one, names) for one in some])[0]


def columns_of(queue: Queue) -> dict[str, tuple[str, str]]:
    """Name and kind by configuration, archived ones too, each under a name of its own. What comes
    before the name keeps a spreadsheet from calculating it.
    """
    found: dict[str, tuple[str, str]] = {}
    known = ScoreConfig.objects.filter(project=queue.project_id).in_bulk(queue.config_ids)
    for config_id in queue.config_ids:
        if config := known.get(config_id):
            name = f"score.{config.name}"
            if name in {one for one, _kind in found.values()}:
                name = f"{name} {config_id}"
            numeric = (DataType.NUMERIC, DataType.BOOLEAN)
            found[config_id] = (name, NUMBER if config.data_type in numeric else TEXT)
    return found


def line(one: Annotation, names: dict[str, str]) -> dict[str, Any]:
    item = one.item
    return {
        "item_id": item.pk,
        "object_type": item.object_type,
        "object_id": item.object_id,
        "trace_id": item.trace_id or None,
        "status": item.status,
        "annotator": one.user.email,
        "annotated_at": nanoseconds(one.done_at),
        "changed_at": nanoseconds(one.updated_at),
        **{name: one.values.get(config_id) for config_id, name in names.items()},
        "comment": one.comment or None,
        "correction": one.correction or None,
    }


def nanoseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000_000) * 1_000

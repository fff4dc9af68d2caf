"""Files that an item refers to, where in it they stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evals.datasets.models import ItemVersion
from ingest.media.models import Media
from traces.render.media import reference

MOST_OF_AN_ITEM = 100
FIELDS = {"input": "input", "expected_output": "expectedOutput", "metadata": "metadata"}


@dataclass(frozen=True, slots=True)
class Place:
    """A text of an item that is a reference and nothing else. `path` is a normalized JSONPath."""

    field: str
    path: str
    text: str
    media_id: str


def places_in(item: ItemVersion) -> list[Place]:
    found: list[Place] = []
    for name, field in FIELDS.items():
        for path, text in _texts(getattr(item, name)):
            if (named := reference(text)) and len(found) < MOST_OF_AN_ITEM:
                found.append(Place(field, path, text, named.id))
    return found


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    left: list[tuple[str, Any]] = [("$", value)]
    while left:
        path, part = left.pop()
        if isinstance(part, str):
            yield path, part
        elif isinstance(part, dict):
            left += [(f"{path}['{key}']", inner) for key, inner in part.items()]
        elif isinstance(part, list):
            left += [(f"{path}[{at}]", inner) for at, inner in enumerate(part)]


def uploaded(project_id: str, places: Iterable[Place]) -> dict[str, Media]:
    """The files that are here, of those that are referred to, by their ids."""
    wanted = {place.media_id for place in places}
    if not wanted:
        return {}
    there = Media.objects.filter(
        project_id=project_id, media_id__in=wanted, uploaded_at__isnull=False
    )
    return {one.media_id: one for one in there}

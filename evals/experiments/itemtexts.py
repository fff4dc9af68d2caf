"""What is known of the items that experiments were run with: from their datasets, as they were
then, or from the spans where the items are of no dataset here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.datasets.models import ItemVersion
from evals.experiments.reading import ItemRun, moment_of, ns
from traces.api.shapes.values import json_value

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """An item as it was. `is_there` is False of one that no dataset has."""

    input: Any = None
    expected_output: Any = None
    metadata: Any = None
    is_there: bool = False


def known(project_id: str, runs: Sequence[ItemRun]) -> dict[tuple[str, str], Known]:
    """By experiment and item."""
    found: dict[tuple[str, str], Known] = {}
    for first in range(0, len(runs), AT_ONCE):
        some = runs[first : first + AT_ONCE]
        versions = versions_of(project_id, {one.item_id for one in some})
        for one in some:
            found[one.run_id, one.item_id] = as_it_was(versions[one.item_id], one)
    return found


def versions_of(project_id: str, item_ids: set[str], *fields: str) -> dict[str, list[ItemVersion]]:
    """Of each item, the oldest first; of the fields alone, if any are named."""
    rows = ItemVersion.objects.filter(
        project=project_id, item_id__in=sorted(item_ids), is_deleted=False
    ).order_by("valid_from")
    found: dict[str, list[ItemVersion]] = defaultdict(list)
    for row in rows.only(*fields) if fields else rows.defer("splits"):
        found[row.item_id].append(row)
    return found


def as_it_was(versions: list[ItemVersion], run: ItemRun) -> Known:
    row = version_then(versions, run)
    if row is None:
        return Known(expected_output=json_value(run.expected_output))
    return Known(row.input, row.expected_output, row.metadata, is_there=True)


def version_then(versions: list[ItemVersion], run: ItemRun) -> ItemVersion | None:
    """At the moment that the run names, else when it was run; the first version where it was run
    before there was any.
    """
    moment = moment_of(run.created if run.version_at is None else run.version_at)
    past = [one for one in versions if ns(one.valid_from) <= ns(moment)]
    return next(iter((past or versions[:1])[-1:]), None)


def version_keys(project_id: str, runs: Sequence[ItemRun]) -> list[int | None]:
    """Of each run the version of its item, by its key; None where no dataset has the item."""
    found: list[int | None] = []
    for first in range(0, len(runs), AT_ONCE):
        some = runs[first : first + AT_ONCE]
        versions = versions_of(project_id, {one.item_id for one in some}, "item_id", "valid_from")
        rows = (version_then(versions[one.item_id], one) for one in some)
        found += [row.pk if row else None for row in rows]
    return found

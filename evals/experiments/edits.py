"""Which items were edited between two experiments: what came of them then is no measure of what was
tried.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Func, TextField
from django.db.models.functions import Cast

from evals.datasets.models import ItemVersion
from evals.experiments.measuring import Measurement
from evals.experiments.reading import ItemRun, ns

AT_ONCE = 1_000
NONE: frozenset[str] = frozenset()

Wording = tuple[int, tuple[Any, Any]]  # since when, and what tells one from another


def edited(project_id: str, ours: Measurement, base: Measurement) -> frozenset[str]:
    """Of the items that both have, those that had another input or expected output."""
    return edited_apart(project_id, [base, ours])[1]


def edited_apart(project_id: str, measurements: Sequence[Measurement]) -> list[frozenset[str]]:
    """Of each, what was edited since the first, or before it."""
    base, *others = measurements
    known = wordings(project_id, sorted(base.keys() & frozenset().union(*others)))
    return [NONE, *(_edited(known, one, base) for one in others)]


def _edited(
    known: Mapping[str, list[Wording]], ours: Measurement, base: Measurement
) -> frozenset[str]:
    common = ours.keys() & base.keys()
    return frozenset(one for one in common if differs(known.get(one), ours[one].run, base[one].run))


def wordings(project_id: str, item_ids: Sequence[str]) -> dict[str, list[Wording]]:
    """Of each item that any dataset has, the oldest first; of those with one version alone, none:
    there is nothing to tell apart.
    """
    found: dict[str, list[Wording]] = {}
    for first in range(0, len(item_ids), AT_ONCE):
        found |= _wordings(project_id, item_ids[first : first + AT_ONCE])
    return found


def _wordings(project_id: str, item_ids: Sequence[str]) -> dict[str, list[Wording]]:
    versions = ItemVersion.objects.filter(
        project=project_id, item_id__in=item_ids, is_deleted=False
    ).order_by()
    counts = dict(versions.values_list("item_id").annotate(n=Count("pk")))
    found: dict[str, list[Wording]] = defaultdict(list, {one: [] for one in counts})
    several = versions.filter(item_id__in=[one for one, n in counts.items() if n > 1])
    digests = several.order_by("valid_from").values_list(
        "item_id", "valid_from", digest("input"), digest("expected_output")
    )
    for item_id, since, asked, expected in digests:
        found[item_id].append((ns(since), (asked, expected)))
    return found


def digest(field: str) -> Func:
    """Of a JSON value as Postgres keeps it, whose text is always the same: it stays there."""
    return Func(Cast(field, TextField()), function="MD5", output_field=TextField())


def differs(known: Sequence[Wording] | None, ours: ItemRun, base: ItemRun) -> bool:
    """By the dataset's versions; where no dataset has the item, by what the spans tell of it."""
    if known is None:
        told = ours.expected_output, base.expected_output
        return all(told) and told[0] != told[1]
    return bool(known) and wording_at(known, ours) != wording_at(known, base)


def wording_at(known: Sequence[Wording], run: ItemRun) -> tuple[Any, Any]:
    moment = run.created if run.version_at is None else run.version_at
    past = [content for since, content in known if since <= moment]
    return past[-1] if past else known[0][1]

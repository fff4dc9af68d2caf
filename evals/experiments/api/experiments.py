"""GET /api/public/experiments and /experiment-items, which Langfuse's SDK 5 reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from evals.experiments.api.asking import RunsView
from evals.experiments.itemtexts import Known, known
from evals.experiments.reading import Experiment, ItemRun, experiments, item_counts, item_runs
from traces.api.moments import iso
from traces.api.parameters import (
    cursor_in,
    encoded_cursor,
    filters_in,
    time_in,
    whole_number,
    words_in,
)
from traces.api.shapes.score import score_v3
from traces.api.shapes.values import json_value
from traces.queries.experiment_items import Figure, figures
from traces.queries.langfuse.conditions import TimeRange
from traces.queries.langfuse.scores import ScoreQuery, scores_after

FIELDS = ("core", "metadata", "scores")
ITEM_FIELDS = (
    "core", "dataset", "io", "metadata", "itemMetadata", "experimentMetadata", "scores",
)  # fmt: skip
MOST_SCORES = 50
MOST_OF_ALL = 5_000  # scores that one page reads
MAX_TEXT = 1_000_000  # characters of an input or an output
ITEMS_AT_ONCE = 2_000  # that one query reads, of as many experiments as have them
MOST_READS = 5  # such queries of one request

Pair = tuple[Experiment, ItemRun]
Cursor = tuple[int, str, int, str]


class ExperimentList(RunsView):
    """The newest first."""

    def get(self, request: HttpRequest) -> Response:
        limit = whole_number(request.GET, "limit", 50, largest=100)
        groups = {*words_in(request.GET, "fields", FIELDS)}
        found = after(asked_for(request, "id", "name"), cursor_in(request.GET, int, str))
        page = found[:limit]
        scored = scores_by(request, "dataset_run_id", [one.id for one in page], groups)
        counts = item_counts(request.auth.project_id, [one.id for one in page])
        data = [experiment_shape(one, counts.get(one.id, 0), groups, scored) for one in page]
        meta = {"cursor": encoded_cursor(page[-1].created, page[-1].id)} if found[limit:] else {}
        return Response({"data": data, "meta": meta})


def asked_for(request: HttpRequest, ids: str, names: str) -> list[Experiment]:
    """Those of the window, and of the parameters that are called so, or the `filter`."""
    chosen = {
        name: words_in(request.GET, name) or words_of_filter(request, name)
        for name in (ids, names, "datasetId")
    }
    return experiments(
        request.auth.project_id,
        time=window_in(request),
        ids=chosen[ids],
        names=chosen[names],
        dataset_ids=chosen["datasetId"],
    )


def words_of_filter(request: HttpRequest, column: str) -> list[str]:
    """What the `filter` asks of the column, which must be one of some values."""
    found: list[str] = []
    for one in filters_in(request.GET):
        if one.column != column:
            continue
        if one.operator not in ("=", "any of"):
            raise ValidationError(f"{column} can be filtered by “=” and by “any of”.")
        found += one.value if isinstance(one.value, list) else [str(one.value)]
    return found


def window_in(request: HttpRequest) -> TimeRange:
    if not request.GET.get("fromStartTime"):
        raise ValidationError("fromStartTime must be given.")
    return time_in(request.GET, "fromStartTime", "toStartTime")


def after(found: list[Experiment], cursor: list | None) -> list[Experiment]:
    return [one for one in found if cursor is None or [one.created, one.id] < cursor]


def scores_by(
    request: HttpRequest, subject: str, ids: list[str], groups: set[str]
) -> dict[str, list[dict[str, Any]]]:
    """Of each, the newest, as many as are asked for; none where they are not."""
    if "scores" not in groups or not ids:
        return {}
    most = whole_number(request.GET, "scoreLimit", MOST_SCORES, largest=MOST_SCORES)
    query = ScoreQuery(run_ids=ids) if subject == "dataset_run_id" else ScoreQuery(trace_ids=ids)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in scores_after(request.auth.project_id, query, limit=MOST_OF_ALL, after=None):
        of_one = found.setdefault(row[subject], [])
        if len(of_one) < most:
            of_one.append(score_v3(row, {"details", "subject"}))
    return found


def experiment_shape(
    one: Experiment, items: int, groups: set[str], scored: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "description": one.description or None,
        "startTime": iso(one.created),
        "endTime": iso(one.updated),
        "itemCount": items,
        "datasetId": one.dataset_id or None,
    }
    if "metadata" in groups:
        shown["metadata"] = one.metadata if isinstance(one.metadata, dict) else {}
    if "scores" in groups:
        shown["scores"] = scored.get(one.id, [])
    return shown


class ExperimentItemList(RunsView):
    """Experiment after experiment, the newest first; of each, the newest item first."""

    def get(self, request: HttpRequest) -> Response:
        limit = whole_number(request.GET, "limit", 50, largest=100)
        groups = {*(words_in(request.GET, "fields", ITEM_FIELDS) or ("core", "dataset"))}
        pairs, cursor = page_after(asked_items(request), cursor_of(request), limit)
        meta = {"cursor": encoded_cursor(*cursor)} if cursor else {}
        return Response({"data": self._shown(request, pairs, groups), "meta": meta})

    def _shown(
        self, request: HttpRequest, pairs: list[Pair], groups: set[str]
    ) -> list[dict[str, Any]]:
        project_id = request.auth.project_id
        items = [item for _, item in pairs]
        texts = MAX_TEXT if "io" in groups else 0
        figured = figures(project_id, [item.place for item in items], texts=texts)
        scored = scores_by(request, "trace_id", [item.trace_id for item in items], groups)
        about = known(project_id, items) if groups & {"io", "itemMetadata"} else {}
        return [
            item_shape(
                experiment,
                item,
                figured.get(item.place),
                about.get((item.run_id, item.item_id), Known()),
                groups,
                scored,
            )
            for experiment, item in pairs
        ]


@dataclass(frozen=True, slots=True)
class AskedItems:
    """Of these experiments, the newest first: the items that began in the window, and of them
    those that are named, if any are.
    """

    project_id: str
    experiments: list[Experiment]
    window: TimeRange
    item_ids: list[str]


def asked_items(request: HttpRequest) -> AskedItems:
    named = words_in(request.GET, "experimentItemId")
    return AskedItems(
        request.auth.project_id,
        asked_for(request, "experimentId", "experimentName"),
        window_in(request),
        named or words_of_filter(request, "experimentItemId"),
    )


def cursor_of(request: HttpRequest) -> Cursor | None:
    found = cursor_in(request.GET, int, str, int, str)
    return (found[0], found[1], found[2], found[3]) if found else None


def key(experiment: Experiment, item: ItemRun) -> Cursor:
    return experiment.created, experiment.id, item.created, item.id


def page_after(
    asked: AskedItems, cursor: Cursor | None, limit: int
) -> tuple[list[Pair], Cursor | None]:
    """A page, and where it ends unless that is the end of all. A page that would take more than
    MOST_READS ends before it is full.
    """
    left = [
        one
        for one in asked.experiments
        if one.items and (cursor is None or (one.created, one.id) <= cursor[:2])
    ]
    pairs: list[Pair] = []
    for _read in range(MOST_READS):
        some, left, until = portion(asked, left, cursor)
        for pair in pairs_of(asked, some, until):
            if cursor is not None and key(*pair) >= cursor:
                continue
            if len(pairs) == limit:
                return pairs, key(*pairs[-1])
            pairs.append(pair)
        if not left:
            return pairs, None
    return pairs, (some[-1].created, some[-1].id, 0, "")


def portion(
    asked: AskedItems, found: list[Experiment], cursor: Cursor | None
) -> tuple[list[Experiment], list[Experiment], int]:
    """What one query reads, the rest, and before when its items began: all where items are named,
    else about ITEMS_AT_ONCE; the one in which the page before ended alone, from there on.
    """
    until = asked.window.until
    if cursor and found and (found[0].created, found[0].id) == cursor[:2]:
        return found[:1], found[1:], min(until, cursor[2] + 1)
    if asked.item_ids:
        return found, [], until
    many, end = 0, 0
    while end < len(found) and (not end or many + found[end].items <= ITEMS_AT_ONCE):
        many += found[end].items
        end += 1
    return found[:end], found[end:], until


def pairs_of(asked: AskedItems, some: list[Experiment], until: int) -> Iterator[Pair]:
    """The newest of each: a page is full before they are at an end, and the next goes on."""
    ids = [one.id for one in some]
    runs = item_runs(
        asked.project_id, ids, item_ids=asked.item_ids, most=ITEMS_AT_ONCE, until=until
    )
    for experiment in some:
        for item in runs[experiment.id]:
            if asked.window.since <= item.created:
                yield experiment, item


def item_shape(
    experiment: Experiment,
    item: ItemRun,
    figure: Figure | None,
    about: Known,
    groups: set[str],
    scored: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": item.span_id or item.trace_id,
        "traceId": item.trace_id,
        "startTime": iso(figure.started if figure else item.created),
        "endTime": iso(figure.ended) if figure else None,
        "level": figure.level if figure else "DEFAULT",
        "environment": figure.environment if figure else "default",
        "experimentId": experiment.id,
        "experimentName": experiment.name,
        "experimentItemId": item.item_id,
    }
    if "dataset" in groups:
        shown["experimentDatasetId"] = experiment.dataset_id or None
        shown["experimentItemVersion"] = iso(item.version_at)
    if "io" in groups:
        shown["input"] = json_value(figure.input) if figure else None
        shown["output"] = json_value(figure.output) if figure else None
        shown["expectedOutput"] = about.expected_output
    if "itemMetadata" in groups:
        shown["experimentItemMetadata"] = about.metadata or {}
    if groups & {"metadata", "experimentMetadata"}:
        shown["experimentMetadata"] = (
            experiment.metadata if isinstance(experiment.metadata, dict) else {}
        )
        shown["experimentDescription"] = experiment.description or None
    if "scores" in groups:
        shown["scores"] = scored.get(item.trace_id, [])
    return shown

"""GET /api/public/experiments and /experiment-items, which Langfuse's SDK 5 reads."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from evals.experiments.api.asking import RunsView
from evals.experiments.itemtexts import Known, known
from evals.experiments.reading import Experiment, ItemRun, experiments, item_runs
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


class ExperimentList(RunsView):
    """The newest first."""

    def get(self, request: HttpRequest) -> Response:
        limit = whole_number(request.GET, "limit", 50, largest=100)
        groups = {*words_in(request.GET, "fields", FIELDS)}
        found = after(asked_for(request, "id", "name"), cursor_in(request.GET, int, str))
        page = found[:limit]
        scored = scores_by(request, "dataset_run_id", [one.id for one in page], groups)
        counts = item_runs(request.auth.project_id, [one.id for one in page])
        data = [
            experiment_shape(one, len({item.item_id for item in counts[one.id]}), groups, scored)
            for one in page
        ]
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
        wanted = {
            *(words_in(request.GET, "experimentItemId")
              or words_of_filter(request, "experimentItemId"))
        }  # fmt: skip
        window = window_in(request)
        found = asked_for(request, "experimentId", "experimentName")
        pairs: list[tuple[Experiment, ItemRun]] = []
        for pair in walked(request.auth.project_id, found, window, wanted, cursor_of(request)):
            pairs.append(pair)
            if len(pairs) > limit:
                break
        meta = {"cursor": encoded_cursor(*key(*pairs[limit - 1]))} if pairs[limit:] else {}
        return Response({"data": self._shown(request, pairs[:limit], groups), "meta": meta})

    def _shown(
        self, request: HttpRequest, pairs: list[tuple[Experiment, ItemRun]], groups: set[str]
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


def cursor_of(request: HttpRequest) -> tuple | None:
    found = cursor_in(request.GET, int, str, int, str)
    return tuple(found) if found else None


def key(experiment: Experiment, item: ItemRun) -> tuple[int, str, int, str]:
    return experiment.created, experiment.id, item.created, item.id


def walked(
    project_id: str,
    found: list[Experiment],
    window: TimeRange,
    wanted: set[str],
    cursor: tuple | None,
) -> Iterator[tuple[Experiment, ItemRun]]:
    for experiment in found:
        if cursor and (experiment.created, experiment.id) > cursor[:2]:
            continue
        for item in item_runs(project_id, [experiment.id])[experiment.id]:
            is_wanted = not wanted or item.item_id in wanted
            is_next = cursor is None or key(experiment, item) < cursor
            if is_wanted and is_next and window.since <= item.created < window.until:
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

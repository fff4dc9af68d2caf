"""What experiments came to as a file: one line for each item and experiment."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from evals.experiments.itemtexts import known
from evals.experiments.measuring import Measured, Measurement, measurements, names_in
from evals.experiments.reading import Experiment
from evals.experiments.views.compare import chosen_of, ids_in
from exports.columns import COUNT, JSON, NUMBER, TEXT, Column
from exports.formats import Csv
from traces.api.moments import iso
from traces.queries.experiment_items import figures
from traces.views.away import tells_when_away

AT_ONCE = 100
MAX_TEXT = 100_000  # characters of an input or an output
MOST_SCORES = 100


@require_safe
@tells_when_away
def experiment_file(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?id=` of each, `&format=json` or csv."""
    project = project_for(request.user, project_id)
    chosen = chosen_of(project, ids_in(request))
    measured = measurements(project.id, [one.id for one in chosen])
    is_json = request.GET.get("format") == "json"
    written = as_json if is_json else as_csv
    response = StreamingHttpResponse(
        written(project, chosen, measured),
        content_type="application/x-ndjson" if is_json else "text/csv; charset=utf-8",
    )
    name = f"experiments.{'jsonl' if is_json else 'csv'}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


Measurements = dict[str, Measurement]


def as_json(project: Project, chosen: list[Experiment], measured: Measurements) -> Iterator[bytes]:
    for line in lines(project, chosen, measured):
        yield json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def as_csv(project: Project, chosen: list[Experiment], measured: Measurements) -> Iterator[bytes]:
    """A column for each score, which is empty where an item has none."""
    names = names_in(measured.values())[:MOST_SCORES]
    kinds = {
        "latency_ms": NUMBER, "cost": NUMBER, "failed": COUNT,
        "input": JSON, "expected_output": JSON, "scores": JSON,
    }  # fmt: skip
    fields = (
        "experiment", "experiment_id", "item_id", "trace_id", "span_id", "started", "latency_ms",
        "cost", "failed", "input", "expected_output", "output",
    )  # fmt: skip
    columns = [Column(name, kinds.get(name, TEXT)) for name in fields]
    columns += [Column(f"score: {name}", TEXT) for name in names]
    file = Csv(columns)
    yield file.head()
    for line in lines(project, chosen, measured):
        scores = line.pop("scores")
        cells = {f"score: {name}": words(scores.get(name)) for name in names}
        yield file.part([{**line, **cells}])[0]


def words(score: Any) -> str | None:
    if score is None or isinstance(score, str):
        return score
    return json.dumps(score)


def lines(
    project: Project, chosen: list[Experiment], measured: Measurements
) -> Iterator[dict[str, Any]]:
    for experiment in chosen:
        found = list(measured[experiment.id].values())
        for first in range(0, len(found), AT_ONCE):
            yield from some_lines(project, experiment, found[first : first + AT_ONCE])


def some_lines(
    project: Project, experiment: Experiment, found: list[Measured]
) -> Iterator[dict[str, Any]]:
    texts = figures(project.id, [one.run.place for one in found], texts=MAX_TEXT)
    about = known(project.id, [one.run for one in found])
    for one in found:
        item, figure = about[one.run.run_id, one.run.item_id], texts.get(one.run.place)
        yield {
            "experiment": experiment.name,
            "experiment_id": experiment.id,
            "item_id": one.run.item_id,
            "trace_id": one.run.trace_id,
            "span_id": one.run.span_id,
            "started": iso(figure.started if figure else one.run.created) or "",
            "latency_ms": one.latency_ms,
            "cost": None if one.cost is None else float(one.cost),
            "failed": int(one.has_failed),
            "input": item.input if item.is_there else (figure.input if figure else None),
            "expected_output": item.expected_output,
            "output": figure.output if figure else "",
            "scores": {name: value_of(score) for name, score in one.scores.items()},
        }


def value_of(score: Any) -> Any:
    if score.is_boolean:
        return bool(score.number)
    return score.number if score.number is not None and not score.text else score.text

"""A query of Langfuse's metrics API, read and made a Question. Pure; raises ValidationError."""

from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ValidationError

from dashboards.api.langfuse.conditions import conditions_in, narrowed_time
from dashboards.api.langfuse.names import NOT_OFFERED, VIEWS, VIEWS_OF_VERSION_2, View
from traces.api.moments import nanoseconds
from traces.api.parameters import json_in
from traces.queries.metrics import Measure, Question

GRANULARITIES = ("auto", "minute", "hour", "day", "week", "month")
DEFAULT_ROWS, MOST_ROWS = 100, 1_000
MOST_LINES = 19  # groups over time, the largest: so many have room in the most buckets there are
DEFAULT_BINS, MOST_BINS = 10, 100
TIME_FIELD = "time_dimension"
KNOWN = frozenset(
    (
        *("view", "dimensions", "metrics", "filters", "timeDimension", "fromTimestamp"),
        *("toTimestamp", "orderBy", "config"),
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`fields` are the dimensions and `metrics` the measures as the caller calls them, in the order
    in which the question has them.
    """

    question: Question
    view: View
    fields: tuple[str, ...]
    metrics: tuple[tuple[str, str], ...]
    order: tuple[tuple[str, bool], ...]  # field, whether ascending
    rows: int
    bins: int


def read(text: str, project_id: str, *, version: int) -> Asked:
    body = _object(text)
    view = _view(body.get("view"), version)
    fields = tuple(_text(one, "field", "dimensions") for one in _list(body, "dimensions"))
    _check_fields(fields, view, version)
    metrics = tuple(
        (_text(one, "measure", "metrics"), _text(one, "aggregation", "metrics"))
        for one in _list(body, "metrics")
    )
    if not metrics:
        raise ValidationError("metrics needs at least one of {measure, aggregation}.")
    only, terms = conditions_in(_list(body, "filters"), view)
    since, until = narrowed_time(_list(body, "filters"), view, *_times(body))
    config, bucket = body.get("config") or {}, _bucket(body)
    rows = _whole(config, "row_limit", DEFAULT_ROWS, MOST_ROWS)
    question = Question(
        project_id=project_id,
        view=view.name,
        measures=tuple(_measure(view, *one) for one in metrics),
        by=tuple(view.dimensions[field] for field in fields),
        only=only,
        terms=terms,
        since=since,
        until=until,
        bucket=bucket,
        most=min(rows, MOST_LINES) if bucket else rows,
        rest=False,
        fill=not fields,
    )
    return Asked(
        question,
        view,
        fields,
        metrics,
        _order(body, fields, metrics),
        rows,
        _whole(config, "bins", DEFAULT_BINS, MOST_BINS),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        body = json_in(text)
    except (ValueError, RecursionError):
        raise ValidationError("query must be a JSON object, URL-encoded.") from None
    if not isinstance(body, dict):
        raise ValidationError("query must be a JSON object, URL-encoded.")
    if unknown := sorted(body.keys() - KNOWN):
        raise ValidationError(f"query has no {unknown[0][:40]}.")
    return body


def _view(name: object, version: int) -> View:
    known = tuple(VIEWS) if version == 1 else VIEWS_OF_VERSION_2
    if not isinstance(name, str) or name not in known:
        raise ValidationError(f"view must be one of {', '.join(known)}.")
    return VIEWS[name]


def _check_fields(fields: tuple[str, ...], view: View, version: int) -> None:
    for name in fields:
        if name not in view.dimensions:
            raise ValidationError(
                f"There is no dimension {name[:40]}: it is one of {', '.join(view.dimensions)}."
            )
        if version == 2 and name in view.many:
            raise ValidationError(
                f"{name} has too many values to group by. Narrow to some of them with a filter."
            )
    if len({view.dimensions[name] for name in fields}) < len(fields):
        raise ValidationError("Two of the dimensions are the same.")


def _measure(view: View, name: str, aggregation: str) -> Measure:
    if name in NOT_OFFERED:
        raise ValidationError(f"{name} is not offered: ask one of the views of scores.")
    if name not in view.measures:
        raise ValidationError(
            f"There is no measure {name[:40]}: it is one of {', '.join(view.measures)}."
        )
    return Measure(view.measures[name].name, aggregation)


def _times(body: dict[str, Any]) -> tuple[int, int]:
    found = []
    for name in ("fromTimestamp", "toTimestamp"):
        given = body.get(name)
        at = nanoseconds(given) if isinstance(given, str) else None
        if at is None:
            raise ValidationError(f"{name} must be an ISO 8601 time.")
        found.append(at)
    if found[0] >= found[1]:
        raise ValidationError("toTimestamp must be after fromTimestamp.")
    return found[0], found[1]


def _bucket(body: dict[str, Any]) -> str | None:
    given = body.get("timeDimension")
    if given is None:
        return None
    granularity = given.get("granularity") if isinstance(given, dict) else None
    if granularity not in GRANULARITIES:
        raise ValidationError(
            f"timeDimension.granularity must be one of {', '.join(GRANULARITIES)}."
        )
    return granularity


def _order(
    body: dict[str, Any], fields: tuple[str, ...], metrics: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, bool], ...]:
    known = {TIME_FIELD, *fields, *(f"{aggregation}_{name}" for name, aggregation in metrics)}
    order = []
    for one in _list(body, "orderBy"):
        field = _text(one, "field", "orderBy")
        if field not in known:
            raise ValidationError(f"orderBy must name one of {', '.join(sorted(known))}.")
        if one.get("direction") not in ("asc", "desc"):
            raise ValidationError("orderBy.direction must be asc or desc.")
        order.append((field, one["direction"] == "asc"))
    return tuple(order)


def _list(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    given = body.get(name) or []
    if not isinstance(given, list) or len(given) > 20:
        raise ValidationError(f"{name} must be a list of at most 20.")
    if not all(isinstance(one, dict) for one in given):
        raise ValidationError(f"{name} must be a list of objects.")
    return given


def _text(one: dict[str, Any], key: str, where: str) -> str:
    value = one.get(key)
    if not isinstance(value, str) or not value:
        raise ValidationError(f"Each of {where} needs a {key}.")
    return value


def _whole(config: object, name: str, default: int, most: int) -> int:
    given = config.get(name, default) if isinstance(config, dict) else None
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= most:
        raise ValidationError(f"config.{name} must be a whole number from 1 to {most}.")
    return given

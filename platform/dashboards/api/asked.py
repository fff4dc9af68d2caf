"""What /api/v1/metrics/query is asked, checked and made a Question."""

import time
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from traces.api.moments import NANOSECONDS, nanoseconds
from traces.queries.metrics import Measure, Question, Unanswerable
from traces.queries.metrics.question import VIEWS
from traces.queries.metrics.statement import QUANTITIES
from traces.search.grammar import MAX_CHARACTERS, parsed

DAY = 86_400 * NANOSECONDS
MAX_LIST = 20
MAX_TEXT = 300
LISTS = ("measures", "group_by", "scores")
# Steps as Grafana writes its interval, to the bucket that is at least as wide.
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
BUCKETS = ("minute", "5m", "10m", "15m", "30m", "hour", "3h", "6h", "12h", "day", "week", "month")
WIDTHS = (60, 300, 600, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000)


class Moment(serializers.CharField):
    """ISO 8601, or milliseconds since 1970 as Grafana's ${__from} is written. In nanoseconds."""

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        text = str(data)
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text) * 1_000_000
        at = nanoseconds(text)
        if at is None:
            raise serializers.ValidationError(
                "Must be an ISO 8601 time or milliseconds since 1970."
            )
        return at


class Words(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(max_length=MAX_TEXT)
        super().__init__(child=child, max_length=MAX_LIST, required=False, default=list, **options)


class MetricsAsked(serializers.Serializer):
    view = serializers.ChoiceField(
        VIEWS, required=False, default=VIEWS[0], help_text="What is counted."
    )
    measures = Words(
        help_text="`p95:latency,sum:cost`; without an aggregation, its own. If empty: count."
    )
    group_by = Words(help_text="Dimensions: `model,metadata.team`. Three at most.")
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_CHARACTERS,
        help_text="A search, as in the bar of the list: `environment:production -level:ERROR`.",
    )
    scores = Words(help_text="In the view of scores: of these names alone.")
    step = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=12,
        help_text="The width of time: auto, a bucket's name, or like 5m and 3600. Empty: no time.",
    )
    timezone = serializers.CharField(
        required=False, default="UTC", max_length=60, help_text="In which days begin: Asia/Seoul."
    )
    limit = serializers.IntegerField(
        required=False, default=10, min_value=1, max_value=1_000, help_text="Series at most."
    )
    order = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_TEXT,
        help_text="A column, as `p95_latency`; the first is kept first. With - before it: upwards.",
    )
    rest = serializers.BooleanField(
        required=False, default=True, help_text="Whether what is beyond the limit is one series."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's own, so it cannot be an attribute here."""
        times = {
            "from": Moment(required=False, help_text="Included; by itself a day before `to`."),
            "to": Moment(required=False, help_text="Not included; by itself now."),
        }
        return {**times, **super().get_fields()}


@dataclass(frozen=True, slots=True)
class Values:
    given: dict[str, Any]

    @classmethod
    def of_address(cls, given: dict[str, list[str]]) -> "Values":
        """Lists are split at commas; of what is said twice the last counts."""
        return cls(
            {
                name: [part for text in texts for part in text.split(",") if part]
                if name in LISTS
                else texts[-1]
                for name, texts in given.items()
            }
        )


def question_in(project_id: str, values: Values) -> Question:
    """Raises ValidationError for what is written wrongly and Unanswerable for what cannot be."""
    asked = MetricsAsked(data=values.given)
    if unknown := sorted(values.given.keys() - asked.fields.keys()):
        raise serializers.ValidationError({unknown[0][:60]: ["There is no such parameter."]})
    asked.is_valid(raise_exception=True)
    found = asked.validated_data
    query = parsed(found["q"])
    if query.problems:
        raise serializers.ValidationError({"q": [problem.message for problem in query.problems]})
    until = found.get("to", time.time_ns())
    order, measures = found["order"], found["measures"] or ["count"]
    return Question(
        project_id=project_id,
        view=found["view"],
        measures=tuple(map(measure, measures)),
        by=tuple(found["group_by"]),
        terms=query.terms,
        scores=tuple(found["scores"]),
        since=found.get("from", until - DAY),
        until=until,
        bucket=bucket(found["step"]),
        zone=found["timezone"],
        most=found["limit"],
        order=column(order.removeprefix("-"), measures, found["view"]),
        ascending=order.startswith("-"),
        rest=found["rest"],
    )


def column(order: str, measures: list[str], view: str) -> str:
    """The column of a measure as it is asked for, `count` or `p95:latency`; else what is said."""
    asked = measure(order)
    known = QUANTITIES[view].get(asked.name)
    if order not in measures or known is None:
        return order
    return Measure(asked.name, asked.aggregation or known.aggregations[0]).column


def measure(text: str) -> Measure:
    aggregation, colon, name = text.partition(":")
    return Measure(name, aggregation) if colon else Measure(text)


def bucket(step: str) -> str | None:
    """The name of the bucket: Grafana's steps are rounded up to the next there is."""
    if not step:
        return None
    if step == "auto" or step in BUCKETS:
        return step
    number, unit = (step, "s") if step.isdigit() else (step[:-1], step[-1])
    if not (number.isascii() and number.isdigit() and unit in SECONDS):
        message = _(
            "There is no step “%(step)s”: write auto, one of %(known)s, or like 90s and 2h."
        )
        raise Unanswerable(message % {"step": step, "known": ", ".join(BUCKETS)})
    seconds = int(number) * SECONDS[unit]
    return next(
        (name for name, width in zip(BUCKETS, WIDTHS, strict=True) if width >= seconds), BUCKETS[-1]
    )

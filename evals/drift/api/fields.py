"""What /api/v1/drift takes and answers, as its schema tells it."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
)

from evals.drift.changing import LEAST_OF_LEAST, LONGEST_PAUSE, MOST_OF_LEAST
from evals.drift.filled import SAID
from evals.drift.methods import ALPHA, LEAST_SAMPLES, Kind, Method
from evals.drift.models import (
    MAX_KEY,
    MAX_NAME,
    MAX_NOTE,
    MAX_QUERY,
    DriftMonitor,
    DriftVerdict,
)
from evals.drift.monitors import Correction, State
from evals.drift.saying import headline
from evals.drift.stored import MAX_NAMED, stored
from evals.drift.tuning import Mark
from evals.drift.watched import DIMENSIONS, FIGURES, WATCHED
from evals.drift.windows import MOST_WEEKS, BaselineKind, InvalidBaseline
from traces.api.v1.fields import moment, nullable

KINDS, STATES = [str(one) for one in Kind], [str(one) for one in State]
HOURS = {"min_value": 0.1, "max_value": 400 * 24, "required": False}
EFFECT = "In the unit of the method; null where it could not be measured."


class DriftBaselineSent(serializers.Serializer):
    """Which fields are needed follows from the kind: `fixed` start and end, `same_hours` weeks and
    zone, `since` one of start, release, or prompt with prompt_version, `dataset` its id.
    """

    kind = ChoiceField([str(one) for one in BaselineKind])
    current_hours = FloatField(**HOURS)
    reference_hours = FloatField(**HOURS)
    start = DateTimeField(required=False)
    end = DateTimeField(required=False)
    weeks = IntegerField(required=False, min_value=1, max_value=MOST_WEEKS)
    dataset = CharField(required=False, max_length=64)
    zone = CharField(required=False, max_length=64)
    release = CharField(required=False, max_length=MAX_NAMED)
    prompt = CharField(required=False, max_length=MAX_NAMED)
    prompt_version = IntegerField(required=False, min_value=1, max_value=10**9)


class DriftMonitorSent(serializers.Serializer):
    """What a new monitor is made of; PATCH takes any part of it."""

    name = CharField(max_length=MAX_NAME)
    note = CharField(required=False, allow_blank=True, max_length=1000)
    watched = ChoiceField([*WATCHED])
    key = CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_KEY,
        help_text="The name of the score, or the key of the metadata or attribute.",
    )
    figure = ChoiceField([*FIGURES], required=False, allow_blank=True, help_text="Of a relation.")
    kind = ChoiceField(
        KINDS,
        required=False,
        help_text="How it is taken, where that can be chosen.",
    )
    query = CharField(required=False, allow_blank=True, max_length=MAX_QUERY)
    method = ChoiceField(
        [str(one) for one in Method],
        required=False,
        allow_blank=True,
        help_text="Empty: chosen by type and sample size.",
    )
    baseline = DriftBaselineSent(required=False)
    least_effect = FloatField(
        required=False, allow_null=True, help_text="Null: as usual for the method."
    )
    alpha = FloatField(required=False, help_text=f"By default {ALPHA}.")
    least_samples = IntegerField(
        required=False,
        min_value=LEAST_OF_LEAST,
        max_value=MOST_OF_LEAST,
        help_text=f"Of each side, by default {LEAST_SAMPLES}.",
    )
    correction = ChoiceField([str(one) for one in Correction], required=False)
    by = ListField(child=ChoiceField([*DIMENSIONS]), required=False, max_length=len(DIMENSIONS))
    every_hours = IntegerField(required=False, min_value=1, max_value=LONGEST_PAUSE)
    is_on = BooleanField(required=False)


class DriftMonitorFields(DriftMonitorSent):
    id = CharField()
    baseline = DictField()
    tuned_effect = FloatField(allow_null=True, help_text="The threshold that marks moved, if any.")
    next_at = moment()
    last_run = moment(allow_null=True)
    asked_at = moment(allow_null=True, help_text="When a run was asked for that is still to be.")
    last_error = nullable("Why the last run found nothing.")
    paused_reason = nullable()
    created_at = moment()


class DriftMonitorsFields(serializers.Serializer):
    data = DriftMonitorFields(many=True)


class DriftSegmentFields(serializers.Serializer):
    """A segment's part of the shift."""

    dimension = CharField()
    segment = CharField(allow_blank=True)
    within = FloatField(help_text="By values of the segment that changed.")
    mix = FloatField(help_text="By how much traffic it has.")
    share = FloatField(help_text="Of the whole shift; those of a dimension sum to 1.")
    n_reference = IntegerField()
    n_current = IntegerField()


class ListedDriftVerdict(serializers.Serializer):
    id = CharField()
    at = moment(help_text="The end of the window that was judged.")
    current_start = moment()
    reference_start = moment(allow_null=True)
    reference_end = moment(allow_null=True)
    state = ChoiceField(STATES)
    method = nullable()
    n_reference = IntegerField()
    n_current = IntegerField()
    dropped = IntegerField(help_text="Values that could not be compared.")
    statistic = FloatField(allow_null=True)
    effect = FloatField(allow_null=True, help_text=EFFECT)
    least_effect = FloatField(allow_null=True, help_text="The threshold that it was held against.")
    p = FloatField(allow_null=True)
    q = FloatField(allow_null=True, help_text="p, corrected for the monitors asked at once.")
    began_at = moment(allow_null=True)
    began_earliest = moment(allow_null=True)
    began_latest = moment(allow_null=True)
    why = nullable("Why it could not be measured.")
    mark = ChoiceField([str(one) for one in Mark], allow_null=True)
    note = nullable()


class DriftVerdictFields(ListedDriftVerdict):
    headline = ListField(child=CharField(), help_text="What it says, in sentences.")
    moved = DriftSegmentFields(many=True)
    words = DictField(help_text="Of texts: the words that tell, of both sides.")
    scored = ListField(child=DictField(), help_text="Of a relation: mean scores of like inputs.")
    shapes = DictField(help_text="Both distributions, as they are drawn over each other.")
    samples = DictField(help_text="Traces of both sides.")
    changed = ListField(child=JSONField(), help_text="What else changed at that time.")


class DriftVerdictsFields(serializers.Serializer):
    data = ListedDriftVerdict(many=True)
    next_cursor = nullable("For `cursor` of the next page; null at the end.")


class DriftMarkSent(serializers.Serializer):
    mark = ChoiceField([str(one) for one in Mark], allow_null=True, help_text="Null takes it back.")
    note = CharField(required=False, allow_blank=True, default="", max_length=MAX_NOTE)


LISTED = [*ListedDriftVerdict().fields]


def monitor_shape(monitor: DriftMonitor) -> dict[str, Any]:
    names = ("name", *SAID, "is_on", "tuned_effect")
    moments = ("next_at", "last_run", "asked_at", "created_at")
    return {
        "id": monitor.pk,
        **{name: getattr(monitor, name) for name in names},
        "baseline": baseline_shape(monitor),
        **{name: _written(getattr(monitor, name)) for name in moments},
        "last_error": monitor.last_error or None,
        "paused_reason": monitor.paused_reason or None,
    }


def baseline_shape(monitor: DriftMonitor) -> dict[str, Any]:
    """With the lengths that were left to their defaults."""
    try:
        chosen = monitor.chosen
    except InvalidBaseline:
        return monitor.baseline
    lengths = {"current_hours": chosen.current_hours, "reference_hours": chosen.reference_hours}
    return {**lengths, **stored(chosen)}


def listed_shape(verdict: DriftVerdict) -> dict[str, Any]:
    told = {name: getattr(verdict, name) for name in LISTED if name != "id"}
    for name in ("method", "why", "mark", "note"):
        told[name] = told[name] or None
    return {"id": verdict.pk, **{name: _written(value) for name, value in told.items()}}


def verdict_shape(verdict: DriftVerdict) -> dict[str, Any]:
    whole = ("moved", "words", "scored", "shapes", "samples", "changed")
    return {
        **listed_shape(verdict),
        "headline": headline(verdict),
        **{name: getattr(verdict, name) for name in whole},
    }


def _written(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value

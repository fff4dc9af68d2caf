"""What /api/v1/alert-rules takes and answers, as its schema tells it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    IntegerField,
    JSONField,
    ListField,
    URLField,
)

from alerts.incidents.api.fields import PageAsked
from alerts.incidents.tiers import Tier
from alerts.rules.listing import STATES, Line
from alerts.rules.models import MAX_NAME
from alerts.rules.ready_made import BY_KEY
from traces.api.v1.asked import text
from traces.api.v1.fields import moment, nullable

DEFINITION = (
    "What is measured, when that is bad, for how long, and who is told: as docs/alerts.md has it."
)
CALM = "calm"


@extend_schema_field(OpenApiTypes.OBJECT)
class DefinitionField(JSONField):
    pass


class RulesAsked(PageAsked):
    search = text(help_text="In names, notes and queries.")
    state = ChoiceField(
        [one for one in STATES if one],
        required=False,
        default="",
        help_text="Failing are those that cannot be evaluated.",
    )


class RuleSent(serializers.Serializer):
    """What a new rule is made of; PATCH takes any part of it."""

    name = CharField(max_length=MAX_NAME)
    definition = DefinitionField(help_text=DEFINITION)
    note = CharField(required=False, allow_blank=True, default="", max_length=1000)
    runbook_url = URLField(required=False, allow_blank=True, default="", max_length=500)
    is_on = BooleanField(required=False, default=True)

    def validate_name(self, name: str) -> str:
        if not name.isprintable():
            raise serializers.ValidationError("Visible characters only.")
        return name

    def validate_runbook_url(self, address: str) -> str:
        if address and not address.startswith(("https://", "http://")):
            raise serializers.ValidationError("An http or https address.")
        return address


class SegmentsFields(serializers.Serializer):
    """How many segments of it stand so."""

    firing = IntegerField()
    pending = IntegerField()
    calm = IntegerField()


class RuleFields(serializers.Serializer):
    id = CharField()
    name = CharField()
    note = CharField(allow_blank=True)
    runbook_url = nullable()
    is_on = BooleanField()
    definition = DefinitionField(help_text=DEFINITION)
    in_words = CharField(allow_blank=True)
    tiers = ListField(child=ChoiceField([str(one) for one in Tier]))
    state = ChoiceField([*(one for one in STATES if one), CALM])
    segments = SegmentsFields()
    unseen_segments = IntegerField(help_text="Beyond the most that are looked at.")
    evaluated_at = moment(allow_null=True)
    passed_over_at = moment(
        allow_null=True, help_text="When a pause was too long for all of it to be caught up."
    )
    error = nullable("Why it cannot be evaluated.")
    failing_since = moment(allow_null=True)
    ready_made = ChoiceField([*BY_KEY], allow_null=True)
    version = IntegerField(help_text="Grows with each change after which it begins anew.")
    created_at = moment()
    updated_at = moment()


class RulesFields(serializers.Serializer):
    data = RuleFields(many=True)
    next_cursor = nullable("None where there is no more.")


def rule_shape(line: Line) -> dict[str, Any]:
    rule = line.rule
    return {
        "id": rule.pk,
        "name": rule.name,
        "note": rule.note,
        "runbook_url": rule.runbook_url or None,
        "is_on": rule.is_on,
        "definition": rule.definition,
        "in_words": line.words,
        "tiers": [str(one) for one in line.tiers],
        "state": line.state,
        "segments": {"firing": line.firing, "pending": line.pending, "calm": line.calm},
        "unseen_segments": rule.unseen_segments,
        "evaluated_at": _told(rule.evaluated_at),
        "passed_over_at": _told(rule.passed_over_at),
        "error": line.problem or rule.last_error or None,
        "failing_since": _told(rule.failing_since),
        "ready_made": rule.ready_made or None,
        "version": rule.version,
        "created_at": _told(rule.created_at),
        "updated_at": _told(rule.updated_at),
    }


def _told(moment: Any) -> str | None:
    return moment and moment.isoformat()

"""What /api/v1/incidents and /api/v1/silences take and answer, as their schema tells it."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DictField,
    IntegerField,
    ListField,
)

from alerts.incidents.listing import STATES
from alerts.incidents.matching import MAX_VALUE, MOST_MATCHERS, How
from alerts.incidents.models import MAX_COMMENT, TIERS, Incident, IncidentEvent, Silence
from alerts.incidents.saying import state_of
from traces.api.v1.asked import text
from traces.api.v1.fields import moment, nullable

MAX_ASKED = 200
STATE_NAMES, TIER_NAMES = [key for key, _words in STATES], [key for key, _words in TIERS]
SILENCE_STATES = ("active", "coming", "over")
FACTS = (
    "Of the bucket that changed it last: value, limit, low, high, samples, begin, end, evidence."
)
MOST_EVENTS = 200


class PageAsked(serializers.Serializer):
    limit = IntegerField(
        required=False, default=50, min_value=1, max_value=200, help_text="How many on a page."
    )
    cursor = text(help_text="next_cursor of the page before.")


class IncidentsAsked(PageAsked):
    state = ChoiceField(STATE_NAMES, required=False, help_text="Open leaves out acknowledged ones.")
    tier = ChoiceField(TIER_NAMES, required=False, help_text="The one they have now.")
    rule = text(help_text="The id of a rule.")
    label = text(help_text="A label and its value: `model=gpt-5`.")
    search = text(help_text="A part of the rule's name or of a label.")
    start = serializers.DateTimeField(required=False, help_text="Fired at this time or later.")
    end = serializers.DateTimeField(required=False, help_text="Fired before this time.")

    def validate_label(self, label: str) -> str:
        if label and "=" not in label.strip("="):
            raise serializers.ValidationError("A label is written as name=value.")
        return label[:MAX_ASKED]


class SilencesAsked(PageAsked):
    state = ChoiceField(SILENCE_STATES, required=False, help_text="Whether they hold now.")


class CommentSent(serializers.Serializer):
    text = CharField(max_length=MAX_COMMENT)


class VerdictSent(serializers.Serializer):
    was_real = BooleanField(allow_null=True, help_text="Null takes the verdict back.")


class MatcherFields(serializers.Serializer):
    label = CharField(max_length=MAX_VALUE, help_text="`rule` is the id of the alert's rule.")
    how = ChoiceField([str(one) for one in How], required=False, default=str(How.IS))
    value = CharField(max_length=MAX_VALUE, allow_blank=True)


class SilenceSent(serializers.Serializer):
    matchers = MatcherFields(
        many=True,
        allow_empty=False,
        max_length=MOST_MATCHERS,
        help_text="It holds for alerts that all of these match.",
    )
    starts_at = serializers.DateTimeField(required=False, help_text="Left out: now.")
    ends_at = serializers.DateTimeField(help_text="Within 90 days of the start.")
    comment = CharField(max_length=500, required=False, allow_blank=True, default="")


class EventFields(serializers.Serializer):
    kind = CharField()
    at = moment()
    by = nullable("The e-mail address, the public key, or link.")
    text = CharField(allow_blank=True, help_text="What a person wrote.")


class IncidentFields(serializers.Serializer):
    id = CharField()
    rule_id = CharField()
    rule_name = CharField()
    fingerprint = CharField(help_text="The same for the same rule and labels.")
    labels = DictField(child=CharField())
    tier = ChoiceField(TIER_NAMES)
    state = ChoiceField(STATE_NAMES)
    began_at = moment(help_text="The first bad bucket.")
    fired_at = moment()
    resolved_at = moment(allow_null=True)
    acknowledged_at = moment(allow_null=True)
    acknowledged_by = nullable()
    assignee = nullable()
    was_real = BooleanField(allow_null=True)
    told_tier = nullable("The highest tier that anybody was told.")
    held_back = nullable("Why nobody was told.")
    facts = DictField(help_text=FACTS)


class IncidentWithEvents(IncidentFields):
    events = EventFields(many=True, help_text=f"The newest first, at most {MOST_EVENTS}.")


class IncidentsFields(serializers.Serializer):
    data = IncidentFields(many=True)
    next_cursor = nullable("For the next page; null on the last.")


class SilenceFields(serializers.Serializer):
    id = CharField()
    matchers = ListField(child=DictField(child=CharField()))
    starts_at = moment()
    ends_at = moment()
    comment = CharField(allow_blank=True)
    author = nullable()
    created_at = moment()


class SilencesFields(serializers.Serializer):
    data = SilenceFields(many=True)
    next_cursor = nullable("For the next page; null on the last.")


def incident_shape(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.pk,
        "rule_id": incident.rule_id,
        "rule_name": incident.rule_name,
        "fingerprint": incident.fingerprint,
        "labels": incident.labels,
        "tier": incident.tier,
        "state": str(state_of(incident)),
        "began_at": incident.began_at.isoformat(),
        "fired_at": incident.fired_at.isoformat(),
        "resolved_at": incident.resolved_at and incident.resolved_at.isoformat(),
        "acknowledged_at": incident.acknowledged_at and incident.acknowledged_at.isoformat(),
        "acknowledged_by": incident.acknowledged_by and incident.acknowledged_by.email,
        "assignee": incident.assignee and incident.assignee.email,
        "was_real": incident.was_real,
        "told_tier": incident.told_tier or None,
        "held_back": incident.held_back or None,
        "facts": incident.facts,
    }


def with_events(incident: Incident) -> dict[str, Any]:
    events = incident.events.select_related("user").order_by("-at", "-pk")[:MOST_EVENTS]
    return {**incident_shape(incident), "events": [event_shape(one) for one in events]}


def event_shape(event: IncidentEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "at": event.at.isoformat(),
        "by": event.user.email if event.user else event.data.get("via"),
        "text": event.text,
    }


def silence_shape(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.pk,
        "matchers": silence.matchers,
        "starts_at": silence.begins_at.isoformat(),
        "ends_at": silence.ends_at.isoformat(),
        "comment": silence.comment,
        "author": silence.author and silence.author.email,
        "created_at": silence.created_at.isoformat(),
    }

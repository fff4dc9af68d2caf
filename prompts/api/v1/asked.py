"""What callers may ask of the prompts of /api/v1/, and send."""

from typing import Any

from rest_framework import serializers

from prompts.api.body import object_of
from prompts.api.v1.fields import TYPES
from prompts.models import MAX_MESSAGE, MAX_REASON
from prompts.names import MAX_LABEL, MAX_NAME, MAX_TAG, MOST_LABELS, MOST_TAGS
from traces.api.v1.asked import text

MOST_NUMBER = 999_999_999


class PageAsked(serializers.Serializer):
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=200, help_text="Rows of a page."
    )
    cursor = text(help_text="next_cursor of the page before.")


class PromptsAsked(PageAsked):
    search = text(help_text="A part of the name.")
    folder = text(help_text="In this folder or below it.")
    label = text(help_text="With this label.")
    tag = text(help_text="With this tag.")


class LabelAsked(serializers.Serializer):
    """For taking one away."""

    seen = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_NUMBER,
        help_text="The version it points at, as you saw it: a 409 if it does not any more.",
    )
    note = text(help_text="Why, for the history.")


class VersionSent(serializers.Serializer):
    name = serializers.CharField(max_length=MAX_NAME)
    type = serializers.ChoiceField(TYPES, required=False, default="text")
    prompt = serializers.JSONField(help_text="A text, or messages and placeholders.")
    config = serializers.JSONField(required=False, default=dict)
    labels = serializers.ListField(
        child=serializers.CharField(max_length=MAX_LABEL),
        required=False,
        default=list,
        max_length=MOST_LABELS,
        help_text="They move to the new version.",
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=MAX_TAG),
        required=False,
        allow_null=True,
        default=None,
        max_length=MOST_TAGS,
        help_text="Instead of those that the prompt has; null leaves them.",
    )
    message = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_MESSAGE
    )


class MoveSent(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=MOST_NUMBER)
    seen = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_NUMBER,
        help_text="The version it points at, as you saw it, null for none: a 409 if it is "
        "elsewhere by now. Without it the label moves whatever it points at.",
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_MESSAGE
    )
    override = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_REASON,
        help_text="Why it shall move although its gate is closed.",
    )


def sent(kind: type[serializers.Serializer], body: object) -> dict[str, Any]:
    """The checked body. Raises ValidationError, also for a field that means nothing here."""
    given = object_of(body)
    serializer = kind(data=given)
    unknown = given.keys() - serializer.fields.keys()
    if unknown:
        raise serializers.ValidationError(
            {name: ["There is no such field."] for name in sorted(unknown)}
        )
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data

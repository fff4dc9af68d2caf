"""What the prompts of /api/v1/ answer, as their schema tells it."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    CharField,
    ChoiceField,
    DictField,
    IntegerField,
    JSONField,
)

from prompts.models import Label, LabelMove, Prompt, PromptType, PromptVersion, Way
from traces.api.v1 import fields
from traces.api.v1.fields import moment, nullable, words

PROBLEMS = {
    **fields.PROBLEMS,
    (409, "application/problem+json"): fields.refusal(
        409,
        "What is there meanwhile does not let it happen.",
        "The label has moved meanwhile.",
    ),
}
TYPES = tuple(PromptType.values)


class PromptFields(serializers.Serializer):
    name = CharField()
    type = ChoiceField(TYPES)
    tags = words()
    latest = IntegerField(help_text="The highest number of a version.")
    labels = DictField(child=IntegerField(), help_text="The version's number by the label.")
    created_at = moment()
    updated_at = moment(help_text="When a version came or went, or a label or tag changed.")


class VersionFields(serializers.Serializer):
    name = CharField()
    version = IntegerField()
    type = ChoiceField(TYPES)
    prompt = JSONField(help_text="A text, or messages and placeholders; nothing is resolved.")
    config = JSONField()
    labels = words()
    message = CharField()
    created_at = moment()
    created_by = nullable("A person's address or a public key.")


class MoveFields(serializers.Serializer):
    label = CharField()
    before = IntegerField(allow_null=True, help_text="Null where it pointed nowhere.")
    after = IntegerField(allow_null=True, help_text="Null where it was taken away.")
    way = ChoiceField(tuple(way.value for way in Way), help_text="By which door it moved.")
    by = nullable("A person's address or a public key.")
    note = CharField()
    override = CharField(help_text="Why it moved past a closed gate.")
    at = moment()


class LabelFields(serializers.Serializer):
    label = CharField()
    version = IntegerField(allow_null=True)


PromptPageFields = fields.page("PromptPage", PromptFields, is_searched=False)
VersionPageFields = fields.page("PromptVersionPage", VersionFields, is_searched=False)
MovePageFields = fields.page("LabelMovePage", MoveFields, is_searched=False)


def prompt_shape(prompt: Prompt, latest: int, labels: list[Label]) -> dict[str, Any]:
    return {
        "name": prompt.name,
        "type": prompt.type,
        "tags": prompt.tags,
        "latest": latest,
        "labels": {label.name: label.version.number for label in labels},
        "created_at": prompt.created_at.isoformat(),
        "updated_at": prompt.updated_at.isoformat(),
    }


def version_shape(version: PromptVersion, labels: list[str]) -> dict[str, Any]:
    return {
        "name": version.prompt.name,
        "version": version.number,
        "type": version.prompt.type,
        "prompt": version.body,
        "config": version.config,
        "labels": labels,
        "message": version.message,
        "created_at": version.created_at.isoformat(),
        "created_by": version.author.email if version.author else version.public_key or None,
    }


def move_shape(move: LabelMove) -> dict[str, Any]:
    return {
        "label": move.label,
        "before": move.before,
        "after": move.after,
        "way": move.way,
        "by": move.user.email if move.user else move.public_key or None,
        "note": move.note,
        "override": move.override,
        "at": move.at.isoformat(),
    }

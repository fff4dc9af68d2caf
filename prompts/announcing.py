"""What webhooks are told when prompts change. No text of a prompt goes out: it is asked for with a
key.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from prompts.changes import By
from prompts.models import LabelMove, Prompt, PromptVersion
from webhooks.events import announce
from webhooks.names import Event


def version_created(version: PromptVersion, labels: Sequence[str], by: By) -> None:
    told = {
        "version": version.number,
        "labels": list(labels),
        "message": version.message,
        "author": author(by),
    }
    _tell(version.prompt, Event.VERSION_CREATED, told, version.number)


def version_deleted(version: PromptVersion, labels: Sequence[str], by: By | None) -> None:
    """`labels` are those that pointed at it, and are gone with it."""
    told = {"version": version.number, "labels": list(labels), "author": author(by)}
    _tell(version.prompt, Event.VERSION_DELETED, told)


def prompt_deleted(prompt: Prompt, numbers: Sequence[int], by: By | None) -> None:
    told = {"versions": sorted(numbers), "author": author(by)}
    _tell(prompt, Event.PROMPT_DELETED, told, has_page=False)


def label_moved(move: LabelMove, by: By, *, has_page: bool = True) -> None:
    told = {
        "label": move.label,
        "from_version": move.before,
        "to_version": move.after,
        "note": move.note,
        "override": move.override,
        "author": author(by),
    }
    _tell(move.prompt, Event.LABEL_MOVED, told, move.after, has_page=has_page)


def tags_changed(
    prompt: Prompt, before: Sequence[str], after: Sequence[str], by: By | None
) -> None:
    told = {"tags": list(after), "tags_before": list(before), "author": author(by)}
    _tell(prompt, Event.TAGS_CHANGED, told)


def split_changed(step: Any, by: By | None) -> None:
    """`step` is a SplitStep, whose module needs this one. Without `by` it is the canary's own."""
    split = step.split
    told = {
        "label": split.label,
        "step": str(step.kind),
        "shares": {str(number): share for number, share in step.shares.items()},
        "reason": step.reason,
        "is_canary": split.is_canary,
        "author": author(by) if by else {"email": None, "public_key": None, "via": "canary"},
    }
    _tell(split.prompt, Event.SPLIT_CHANGED, told, split.base)


def author(by: By | None) -> dict[str, Any]:
    """A person, or the public key of a program, and the door by which they came."""
    if by is None:
        return {"email": None, "public_key": None, "via": None}
    return {
        "email": by.user.email if by.user else None,
        "public_key": by.public_key or None,
        "via": str(by.way),
    }


def _tell(
    prompt: Prompt,
    event: Any,
    told: dict[str, Any],
    number: int | None = None,
    *,
    has_page: bool = True,
) -> None:
    known = {"name": prompt.name, "type": str(prompt.type)}
    if has_page:
        known["url"] = page_of(prompt, number)
    announce(prompt.project, str(event), {"prompt": known, **told})


def page_of(prompt: Prompt, number: int | None) -> str:
    path = reverse("prompt-page", args=[prompt.project_id, prompt.name])
    return f"{settings.BASE_URL}{path}" + (f"?{urlencode({'version': number})}" if number else "")

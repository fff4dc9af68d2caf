"""What a program gets that asks for a prompt: bytes that are made once for each change.

What is cached carries the revision, which Postgres tells in one small query: nothing old is served,
with Valkey or without. While Postgres is away, the last answer is served and says so.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError

from prompts.composition import InvalidComposition, Wanted, resolved, versions_wanted
from prompts.models import Label, PromptVersion, Revision
from prompts.names import LATEST, PRODUCTION, sought
from prompts.remembering import Memory, Near
from prompts.splits.choosing import Shares, split_of

memory = Memory()
near = Near()


@dataclass(frozen=True, slots=True)
class Served:
    """A prompt as JSON, with its ETag; `is_old` where Postgres could not be asked. `split` says
    which version was picked, where the label serves several.
    """

    body: bytes
    etag: str
    is_old: bool = False
    split: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of one thing that can be asked for: the answer, or for a label that is
    split, who gets which version.
    """

    revision: int
    body: bytes
    etag: str
    split: Shares | None


class Unserved(LookupError):
    """There is no such prompt, version or label; the message says which."""


class Broken(ValueError):
    """The prompt includes what is not there any more; the message says what."""


def serve(
    project_id: str,
    name: str,
    *,
    label: str = "",
    number: int | None = None,
    resolve: bool = True,
    unit: str = "",
) -> Served:
    """The version that is asked for, by default the one that `production` points at. Where the
    label is split, the one that the unit (a user, a session) gets, always the same; without a unit
    any, by the shares.

    Raises Unserved, Broken, and OperationalError where Postgres is away and nothing is remembered.
    """
    name = sought(name)
    wanted = Wanted(name, "" if number is not None else label or PRODUCTION, number)
    revision = _revision(project_id)
    entry = _entry(project_id, wanted, resolve, revision)
    told = ""
    if entry.split is not None:
        picked = entry.split.version_for(unit)
        told = entry.split.told(wanted.label, picked)
        entry = _entry(project_id, Wanted(name, number=picked), resolve, revision)
    return Served(entry.body, entry.etag, is_old=revision is None, split=told)


def _revision(project_id: str) -> int | None:
    """None while Postgres is away."""
    try:
        found = Revision.objects.filter(project=project_id).values_list("number", flat=True)
        return found.first() or 0
    except (OperationalError, InterfaceError):
        return None


def _entry(project_id: str, wanted: Wanted, resolve: bool, revision: int | None) -> Entry:
    asked = f"{project_id}\0{wanted.name}\0{wanted.label}\0{wanted.number}\0{resolve:d}"
    key = "prompt:" + hashlib.sha256(asked.encode()).hexdigest()
    for remembered in (near.get, memory.get):
        known = remembered(key)
        if known and revision in (known.revision, None):
            near.put(key, known, len(known.body))
            return known
    if revision is None:
        raise OperationalError("Postgres is away, and nothing is remembered of this prompt.")
    made = _made(project_id, wanted, resolve, revision)
    memory.put(key, made)
    near.put(key, made, len(made.body))
    return made


def _made(project_id: str, wanted: Wanted, resolve: bool, revision: int) -> Entry:
    if wanted.label and (split := split_of(project_id, wanted.name, wanted.label)):
        return Entry(revision, b"", "", split)
    body = msgspec.json.encode(shape_of(project_id, wanted, resolve=resolve))
    return Entry(revision, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', None)


def shape_of(project_id: str, wanted: Wanted, *, resolve: bool) -> dict[str, Any]:
    version = versions_wanted(project_id, [wanted]).get(wanted)
    if version is None:
        raise Unserved(f"Prompt not found: “{wanted.name}” with {_told(wanted)}.")
    body, graph = version.body, None
    if resolve:
        try:
            found = resolved(project_id, version)
        except InvalidComposition as error:
            raise Broken(str(error)) from error
        body, graph = found.body, found.graph
    return {**shape(version, labels_of(version)), "prompt": body, "resolutionGraph": graph}


def _told(wanted: Wanted) -> str:
    if wanted.number is not None:
        return f"version {wanted.number}"
    return f"label “{wanted.label}”"


def labels_of(version: PromptVersion) -> list[str]:
    """Those that point at the version, `latest` among them where no number is higher."""
    labels = list(Label.objects.filter(version=version).values_list("name", flat=True))
    is_latest = not PromptVersion.objects.filter(
        prompt=version.prompt_id, number__gt=version.number
    ).exists()
    return sorted([*labels, LATEST] if is_latest else labels)


def shape(version: PromptVersion, labels: list[str]) -> dict[str, Any]:
    """As Langfuse's API writes it."""
    return {
        "id": str(version.pk),
        "createdAt": version.created_at.isoformat(),
        "updatedAt": version.prompt.updated_at.isoformat(),
        "projectId": version.prompt.project_id,
        "createdBy": version.author.email if version.author else version.public_key or "API",
        "name": version.prompt.name,
        "version": version.number,
        "type": version.prompt.type,
        "isActive": None,
        "config": version.config,
        "tags": version.prompt.tags,
        "labels": labels,
        "commitMessage": version.message or None,
        "prompt": version.body,
        "resolutionGraph": None,
    }

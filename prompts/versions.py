"""Making and removing versions. Whoever calls has asked who may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project
from accounts.roles import Role
from prompts import announcing, deletions, labels, surviving
from prompts.body import Body, chat_body, text_body
from prompts.changes import By, change
from prompts.composition import references_in, resolved
from prompts.gates.closing import guarded_versions, refusals_kept
from prompts.including import StillIncluded as StillIncluded  # for those who call `remove`
from prompts.including import refuse_where_broken, refuse_where_included
from prompts.kept import NO_TEXT, Unkept, config_kept
from prompts.models import (
    MAX_MESSAGE,
    Label,
    Prompt,
    PromptType,
    PromptVersion,
    Reference,
)
from prompts.names import LATEST, MOST_TAGS, label_names, prompt_name, tag_name
from prompts.splits.overtaking import refuse_where_split
from prompts.weighing import HEAVY


class InvalidVersion(ValueError):
    """The message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version is made of. `labels` may name `latest`, which it gets anyway; `tags`, unless
    None, become the prompt's.
    """

    name: str
    type: str
    body: object
    config: Any = field(default_factory=dict)
    labels: Sequence[str] = ()
    tags: Sequence[str] | None = None
    message: str = ""


def create(project: Project, draft: Draft, by: By, *, override: str = "") -> PromptVersion:
    """The next version, with its labels moved to it. Raises InvalidName, InvalidBody,
    InvalidVersion, InvalidComposition, or what moving a label raises; then nothing was written
    but what a closed gate said.
    """
    name, body, config = prompt_name(draft.name), _body(draft), _config(draft.config)
    names = label_names([label for label in draft.labels if label != LATEST])
    tags = None if draft.tags is None else _tags(draft.tags)
    _refuse_message(draft.message)
    with refusals_kept(project, name, by), change(project):
        prompt = _prompt(project, name, draft.type)
        version = PromptVersion.objects.create(
            prompt=prompt,
            number=surviving.next_number(prompt),
            body=body,
            config=config,
            message=draft.message,
            author=by.user,
            public_key=by.public_key,
        )
        resolved(project.id, version)  # whatever it includes is there, and closes no circle
        Reference.objects.bulk_create(
            Reference(version=version, name=want.name, label=want.label, number=want.number)
            for want in references_in(body)
        )
        refuse_where_broken(prompt, LATEST)
        announcing.version_created(version, names, by)
        for label in names:
            labels.point(prompt, label, version, by, override=override)
        if tags is not None and tags != prompt.tags:
            announcing.tags_changed(prompt, prompt.tags, tags, by)
        prompt.tags = prompt.tags if tags is None else tags
        prompt.updated_at = timezone.now()
        prompt.save(update_fields=("tags", "updated_at"))
    return version


def _config(given: Any) -> Any:
    try:
        return config_kept(given)
    except Unkept as error:
        raise InvalidVersion(str(error)) from error


def _tags(given: Sequence[str]) -> list[str]:
    tags = sorted({tag_name(tag) for tag in given})
    if len(tags) > MOST_TAGS:
        raise InvalidVersion(_("A prompt has at most %(most)s tags.") % {"most": MOST_TAGS})
    return tags


def _refuse_message(message: str) -> None:
    if len(message) > MAX_MESSAGE:
        words = _("The commit message has at most %(most)s characters.")
        raise InvalidVersion(words % {"most": MAX_MESSAGE})
    if NO_TEXT.search(message):
        raise InvalidVersion(_("The commit message must not hold NULs or half characters."))


def _body(draft: Draft) -> Body:
    if draft.type == PromptType.TEXT:
        return text_body(draft.body)
    if draft.type == PromptType.CHAT:
        return chat_body(draft.body)
    raise InvalidVersion(_("A prompt's type is “text” or “chat”."))


def _prompt(project: Project, name: str, kind: str) -> Prompt:
    prompt, is_new = Prompt.objects.get_or_create(
        project=project, name=name, defaults={"type": kind}
    )
    if is_new:
        surviving.take_up(prompt)
    if prompt.type != kind:
        words = _("The prompt “%(name)s” is of type “%(type)s”, and all its versions are.")
        raise InvalidVersion(words % {"name": name, "type": prompt.type})
    return prompt


def set_tags(prompt: Prompt, tags: Sequence[str], by: By | None = None) -> None:
    """Raises InvalidName, InvalidVersion."""
    kept = _tags(tags)
    with change(prompt.project):
        before = Prompt.objects.values_list("tags", flat=True).get(pk=prompt.pk)
        if before != kept:
            announcing.tags_changed(prompt, before, kept, by)
        Prompt.objects.filter(pk=prompt.pk).update(tags=kept, updated_at=timezone.now())


def remove(project: Project, versions: Sequence[PromptVersion], by: By) -> None:
    """These versions of one prompt with their labels, and the prompt with its last one; its history
    and its gates are kept for a prompt of the same name. Raises StillIncluded, InvalidComposition,
    and Protected where a label is not theirs to take away or a gate compares with a version.
    """
    with change(project):
        gone = _still_there(versions)
        versions = [version for version in versions if version.pk in gone]
        if not versions:
            return  # somebody else deleted them meanwhile
        prompt = versions[0].prompt
        left = prompt.versions.exclude(pk__in=gone)
        pointing = Label.objects.filter(version__in=gone).select_related("version")
        lost = list(pointing.defer(*(f"version__{name}" for name in HEAVY)))
        for label in lost:
            labels.refuse_unless_allowed(prompt, label.name, by)
        _refuse_where_guarded(prompt, gone, by)
        _refuse_where_included(prompt, versions, lost, is_last=not left.exists())
        refuse_where_split(prompt, {version.number for version in versions})
        deletions.note(prompt, versions, lost, by, is_whole=not left.exists())
        if left.exists():
            labels.note_lost(prompt, lost, by)
            _announce_deleted(versions, by)
            prompt.versions.filter(pk__in=gone).defer(*HEAVY).delete()
            _refuse_circle_through_latest(prompt)
            refuse_where_broken(prompt, LATEST)
            Prompt.objects.filter(pk=prompt.pk).update(updated_at=timezone.now())
        else:
            labels.note_lost(prompt, lost, by, has_page=False)
            announcing.prompt_deleted(prompt, [version.number for version in versions], by)
            surviving.lay_by(prompt)
            prompt.delete()


def _still_there(versions: Sequence[PromptVersion]) -> set[int]:
    asked = PromptVersion.objects.filter(pk__in=[version.pk for version in versions])
    return set(asked.values_list("pk", flat=True))


def _refuse_where_guarded(prompt: Prompt, gone: Collection[int], by: By) -> None:
    """What a gate compares with goes only with an admin: without it, its checks have nothing to
    hold the next version to.
    """
    if by.role is not None and by.role.includes(Role.ADMIN):
        return
    for label, version in guarded_versions(prompt):
        if version.pk in gone:
            words = _(
                "The gate of “%(label)s” compares with version %(number)s: only the role "
                "“%(role)s” deletes it."
            )
            said = {"label": label, "number": version.number, "role": Role.ADMIN.label}
            raise labels.Protected(words % said)


def _announce_deleted(versions: Sequence[PromptVersion], by: By) -> None:
    for version in versions:
        pointing = version.labels.order_by("name").values_list("name", flat=True)
        announcing.version_deleted(version, list(pointing), by)


def _refuse_circle_through_latest(prompt: Prompt) -> None:
    """With the highest version gone, `latest` is an older one, and others may include it by that
    name.
    """
    resolved(prompt.project_id, prompt.versions.select_related("prompt").order_by("-number")[0])


def _refuse_where_included(
    prompt: Prompt, versions: Sequence[PromptVersion], lost: Sequence[Label], *, is_last: bool
) -> None:
    asked = Q(number__in=[version.number for version in versions]) | Q(
        label__in=[label.name for label in lost]
    )
    if is_last:
        asked |= Q(label=LATEST)
    refuse_where_included(prompt, asked)

"""Prompts that include others: `@@@langfusePrompt:name=…|label=…@@@` or `…|version=3@@@`.

Only prompts of type text can be included. A text that was included is not searched for variables of
references again: what stands in it was resolved on its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from prompts.body import Body, texts_of, with_texts
from prompts.models import Label, PromptType, PromptVersion
from prompts.names import LATEST, MAX_LABEL, InvalidName, prompt_name

REFERENCE = re.compile(r"@@@langfusePrompt:(.*?)@@@", re.DOTALL)
MOST_DEPTH = 5
MOST_INCLUDED = 100  # texts, counting each time one is included
MAX_CHARACTERS = 1_000_000  # of what is resolved


class InvalidComposition(ValueError):
    """The message names the reference and what is wrong: malformed, missing, circular, too much."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which version of which prompt a reference asks for: a label, or a number."""

    name: str
    label: str = ""
    number: int | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.label or f'version {self.number}'})"


@dataclass(frozen=True, slots=True)
class Resolved:
    """`graph` is None where the version includes nothing."""

    body: Body
    graph: dict[str, Any] | None


def references_in(body: Body) -> list[Wanted]:
    """Each once. Raises InvalidComposition where one is malformed."""
    found = (tag for text in texts_of(body) for tag in REFERENCE.findall(text))
    return list(dict.fromkeys(wanted(tag) for tag in found))


def wanted(tag: str) -> Wanted:
    fields = [part.partition("=") for part in tag.split("|")]
    named = {key.strip(): value.strip() for key, _, value in fields}
    name, label, number = named.get("name", ""), named.get("label", ""), named.get("version", "")
    is_plain = number.isascii() and number.isdigit() and 0 < len(number) < 10
    is_one = len(fields) == 2 and bool(label) != bool(number)
    if not is_one or not _is_name(name) or len(label) > MAX_LABEL or (number and not is_plain):
        words = _("“%(tag)s” is no reference. Write %(by_label)s or %(by_number)s.")
        raise InvalidComposition(
            words
            % {
                "tag": f"@@@langfusePrompt:{tag[:200]}@@@",
                "by_label": "@@@langfusePrompt:name=…|label=…@@@",
                "by_number": "@@@langfusePrompt:name=…|version=…@@@",
            }
        )
    return Wanted(name, label, int(number) if number else None)


def too_many() -> InvalidComposition:
    words = _("A prompt can include %(most)s others at most.")
    return InvalidComposition(words % {"most": MOST_INCLUDED})


def _is_name(name: str) -> bool:
    try:
        return prompt_name(name) == name
    except InvalidName:
        return False


def resolved(project_id: str, version: PromptVersion) -> Resolved:
    """The version's text with everything included in place. Raises InvalidComposition."""
    if not references_in(version.body):
        return Resolved(version.body, None)
    loaded = _loaded(project_id, version)
    work = _Work(loaded)
    body = work.body_of(version, (version.prompt.name,))
    root = _node(version)
    return Resolved(body, {"root": root, "dependencies": work.dependencies})


def _node(version: PromptVersion) -> dict[str, Any]:
    return {"id": str(version.pk), "name": version.prompt.name, "version": version.number}


def _loaded(project_id: str, version: PromptVersion) -> dict[Wanted, PromptVersion]:
    """Everything that the version may come to include: a query for each level."""
    loaded: dict[Wanted, PromptVersion] = {}
    asked = set(references_in(version.body))
    for _level in range(MOST_DEPTH):
        if not asked:
            break
        if len(asked) + len(loaded) > MOST_INCLUDED:
            raise too_many()
        found = versions_wanted(project_id, asked)
        loaded |= found
        asked = {want for one in found.values() for want in references_in(one.body)} - set(loaded)
    return loaded


def versions_wanted(project_id: str, asked: Iterable[Wanted]) -> dict[Wanted, PromptVersion]:
    """What of these is there. Two queries, however many are asked for."""
    asked = list(asked)
    names = {want.name for want in asked}
    numbered = Q(pk__in=())
    for want in asked:
        if want.number is not None:
            numbered |= Q(prompt__name=want.name, number=want.number)
    latest = {want.name for want in asked if want.label == LATEST}
    if latest:
        newest = PromptVersion.objects.filter(
            prompt__project=project_id, prompt__name__in=latest
        ).order_by("prompt_id", "-number")
        numbered |= Q(pk__in=newest.distinct("prompt_id").values("pk"))
    here = PromptVersion.objects.filter(prompt__project=project_id).select_related("prompt")
    by_number: dict[tuple[str, int], PromptVersion] = {}
    highest: dict[str, PromptVersion] = {}
    for version in here.filter(numbered).order_by("number"):
        by_number[version.prompt.name, version.number] = version
        highest[version.prompt.name] = version
    labelled = {
        (label.prompt.name, label.name): label.version
        for label in Label.objects.filter(
            prompt__project=project_id,
            prompt__name__in=names,
            name__in={want.label for want in asked},
        ).select_related("prompt", "version__prompt")
    }
    found = {}
    for want in asked:
        if want.number is not None:
            version = by_number.get((want.name, want.number))
        elif want.label == LATEST:
            version = highest.get(want.name)
        else:
            version = labelled.get((want.name, want.label))
        if version is not None:
            found[want] = version
    return found


@dataclass(slots=True)
class _Work:
    loaded: dict[Wanted, PromptVersion]
    dependencies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    included: int = 0
    characters: int = 0

    def body_of(self, version: PromptVersion, path: tuple[str, ...]) -> Body:
        texts = [self.text_of(text, version, path) for text in texts_of(version.body)]
        return with_texts(version.body, texts)

    def text_of(self, text: str, version: PromptVersion, path: tuple[str, ...]) -> str:
        return REFERENCE.sub(lambda tag: self.included_text(wanted(tag[1]), version, path), text)

    def included_text(self, want: Wanted, version: PromptVersion, path: tuple[str, ...]) -> str:
        if want.name in path:
            circle = " → ".join([*path[path.index(want.name) :], want.name])
            words = _("The prompts include each other in a circle: %(circle)s.")
            raise InvalidComposition(words % {"circle": circle})
        if len(path) > MOST_DEPTH:
            words = _("Prompts include each other %(most)s deep at most: %(path)s.")
            raise InvalidComposition(words % {"most": MOST_DEPTH, "path": " → ".join(path)})
        child = self.loaded.get(want)
        if child is None:
            words = _("“%(name)s” includes %(what)s, and there is none.")
            raise InvalidComposition(words % {"name": path[-1], "what": want})
        if child.prompt.type != PromptType.TEXT:
            words = _("“%(name)s” includes %(what)s, which is not of type text.")
            raise InvalidComposition(words % {"name": path[-1], "what": want})
        self.note(version, child)
        text = self.text_of(child.body, child, (*path, want.name))
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            words = _("With all that it includes, the prompt passes %(most)s characters.")
            raise InvalidComposition(words % {"most": f"{MAX_CHARACTERS:,}"})
        return text

    def note(self, version: PromptVersion, child: PromptVersion) -> None:
        self.included += 1
        if self.included > MOST_INCLUDED:
            raise too_many()
        children = self.dependencies.setdefault(str(version.pk), [])
        if (node := _node(child)) not in children:
            children.append(node)

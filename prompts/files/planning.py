"""Which prompts files are about, and in which order they are taken. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from prompts.composition import REFERENCE, InvalidComposition, wanted
from prompts.files.format import Document, InvalidFile, read
from prompts.files.paths import name_of


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is that of the file, "" where it is all of them."""

    path: str
    detail: str


def documents_in(files: Mapping[str, str]) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems = []
    taken: dict[tuple[str, int | None], str] = {}
    for path, text in sorted(files.items()):
        try:
            document = read(text, name_of(path))
        except InvalidFile as error:
            problems.append(Problem(path, str(error)))
            continue
        which = (document.name, document.number)
        if which in taken:
            words = _("“%(path)s” is the same version of “%(name)s”.")
            told = words % {"path": taken[which], "name": document.name}
            problems.append(Problem(path, told))
        taken[which] = path
        documents[path] = document
    return documents, problems


def in_order(documents: Mapping[str, Document]) -> Iterator[tuple[str, Document, bool]]:
    """What is included first, and of a prompt the lower numbers; with whether it is a prompt's last
    one, which tells its tags.
    """
    by_name: dict[str, list[str]] = {}
    for path, document in sorted(
        documents.items(), key=lambda one: (one[1].number is None, one[1].number or 0, one[0])
    ):
        by_name.setdefault(document.name, []).append(path)
    for name in _names_in_order(documents, by_name):
        for path in by_name[name]:
            yield path, documents[path], path == by_name[name][-1]


def _names_in_order(
    documents: Mapping[str, Document], by_name: Mapping[str, list[str]]
) -> Iterator[str]:
    """Depth first, without recursion: the files say how deep it goes. Who includes each other in a
    circle comes in any order, and is refused when it is written.
    """
    seen: set[str] = set()
    for first in sorted(by_name):
        left = [(first, False)]
        while left:
            name, is_done = left.pop()
            if is_done:
                yield name
            elif name not in seen:
                seen.add(name)
                left.append((name, True))
                for path in by_name[name]:
                    included = _included(documents[path])
                    left += [(other, False) for other in included if other in by_name]


def _included(document: Document) -> list[str]:
    body = document.body
    texts = [body] if isinstance(body, str) else [one.get("content", "") for one in body]
    found = []
    for tag in (tag for text in texts for tag in REFERENCE.findall(text)):
        try:
            found.append(wanted(tag).name)
        except InvalidComposition:
            continue  # told when it is written
    return sorted(set(found))

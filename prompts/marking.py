"""A prompt's text in pieces: what is plain, a variable, an include, and what looks like a slip of
the pen. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prompts.composition import REFERENCE, InvalidComposition, Wanted, wanted
from prompts.substitution import BRACED, VARIABLE

MARKED = re.compile(rf"(?P<reference>{REFERENCE.pattern})|(?P<braced>{BRACED.pattern})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is text, variable, reference or slip. A reference that cannot be read has no
    `wanted`.
    """

    kind: str
    text: str
    wanted: Wanted | None = None


def pieces(text: str) -> Iterator[Piece]:
    """The whole text, in order."""
    end = 0
    for found in MARKED.finditer(text):
        if found.start() > end:
            yield Piece("text", text[end : found.start()])
        yield _marked(found)
        end = found.end()
    if end < len(text):
        yield Piece("text", text[end:])


def _marked(found: re.Match[str]) -> Piece:
    if found["reference"] is None:
        is_variable = VARIABLE.fullmatch(found[0])
        return Piece("variable" if is_variable else "slip", found[0])
    try:
        return Piece("reference", found[0], wanted(found[2]))
    except InvalidComposition:
        return Piece("reference", found[0])

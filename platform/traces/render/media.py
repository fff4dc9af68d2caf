"""References to files that a client uploaded beside its trace, as Langfuse's SDKs write them."""

import re
from dataclasses import dataclass

BEGINNING = "@@@langfuseMedia:"
REFERENCE = re.compile(
    BEGINNING + r"type=(?P<mime>[^|@]{1,100})\|id=(?P<id>[A-Za-z0-9_-]{1,64})\|source=\w{1,40}@@@",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class MediaReference:
    """Names a file of the trace's project; it may not be here."""

    id: str
    mime: str


def reference(text: str) -> MediaReference | None:
    """What the text refers to, if it is a reference and nothing else."""
    found = REFERENCE.fullmatch(text.strip()) if BEGINNING in text else None
    return MediaReference(found["id"], found["mime"]) if found else None


def split(text: str) -> list[str | MediaReference]:
    """The text with its references taken out, each in its place."""
    if BEGINNING not in text:
        return [text]
    pieces: list[str | MediaReference] = []
    end = 0
    for found in REFERENCE.finditer(text):
        pieces += [text[end : found.start()], MediaReference(found["id"], found["mime"])]
        end = found.end()
    pieces.append(text[end:])
    return [piece for piece in pieces if piece]

"""The checks that a project begins with: those that need no setting and speak of every model call.

They are cheap: `make bench` measures what they cost ingest.
"""

from dataclasses import dataclass, field
from typing import Any

CALLS = ("GENERATION",)


@dataclass(frozen=True, slots=True)
class Usual:
    """A check of the set, and the name of its score."""

    key: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)
    types: tuple[str, ...] = CALLS


USUAL = (Usual("unsafe", "unsafe"), Usual("refusal", "refusal"))

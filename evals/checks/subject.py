"""What a check looks at, and what it says of it. Nothing here knows where either comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ingest.mapping.text import clean

MOST_CHARACTERS = 20_000  # of a text that are looked at; what a check says tells where it stopped

Score = float | bool | str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of retrieved context, by the name that citations call it by."""

    id: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that was called, or should have been. Arguments are JSON values."""

    name: str
    arguments: Any = None


@dataclass(slots=True, kw_only=True, eq=False)  # frozen, it took a fifth of a check at ingest
class Subject:
    """One answer with what is known around it. None, and no contexts, is what nobody said."""

    output: str = ""
    input: str = ""
    expected: str | None = None
    contexts: tuple[Passage, ...] = ()
    expected_contexts: tuple[str, ...] = ()  # ids
    tool_calls: tuple[Call, ...] = ()
    expected_tool_calls: tuple[Call, ...] | None = None
    latency_ms: float | None = None
    cost: Decimal | float | None = None
    _texts: "dict[str, Text]" = field(default_factory=dict, init=False, repr=False)

    def text(self, of: str) -> "Text":
        """The `input` or the `output`, made ready once for all checks."""
        if of not in self._texts:
            self._texts[of] = Text(self.input if of == "input" else self.output)
        return self._texts[of]


class Text:
    """As much of a text as checks look at. Patterns work on its bytes, as RE2 does."""

    __slots__ = ("length", "seen", "utf8")

    def __init__(self, whole: str) -> None:
        self.length = len(whole)
        self.seen = whole[:MOST_CHARACTERS]
        self.utf8 = self.seen.encode("utf-8", "replace")

    @property
    def note(self) -> str:
        """How much was looked at, where it was not all."""
        if self.length <= MOST_CHARACTERS:
            return ""
        words = _("Looked at the first %(seen)s of %(all)s characters.")
        return words % {"seen": f"{MOST_CHARACTERS:,}", "all": f"{self.length:,}"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`score` is of the check's data type. `reason` repeats nothing secret of the text. Both can be
    stored: what no store takes is replaced, which a JSON that was looked at may have spelt out.
    """

    score: Score
    reason: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", clean(self.reason, set()))
        if isinstance(self.score, str):
            object.__setattr__(self, "score", clean(self.score, set()))


def told(score: Score, reason: str, *texts: Text) -> Outcome:
    """The outcome, with how much of each text was looked at."""
    for text in texts:
        if note := text.note:
            reason = f"{reason} {note}".lstrip()
    return Outcome(score, reason)


Run = Callable[[Subject, Mapping[str, Any]], Outcome | None]

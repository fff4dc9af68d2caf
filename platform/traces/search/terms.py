"""What a query says, term by term, and how it is written."""

import re
from dataclasses import dataclass, replace

TEXT = "text"  # the field of a bare word
COMPARISONS = (">=", "<=", ">", "<", "~")
PLAIN_VALUE = re.compile(r"(?!OR$|[<>~]|/.+/i?$)[^\s\"()\\*]+")
PLAIN_WORD = re.compile(r"(?!-|(?i:and|or|not)$)[^\s\"():\\*<>=]+")
PLAIN_KEY = re.compile(r"[^\s\"():\\]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `values` are alternatives; with a comparison there is one.

    `start` and `end` say where it stands in what was written; a term made elsewhere has no place.
    """

    field: str
    values: tuple[str, ...]
    key: str = ""  # metadata.region: the part behind the dot
    comparison: str = ""  # "" for equal, or one of COMPARISONS; ~ is "contains"
    is_negated: bool = False
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        """As the query bar shows it; parsed again it is the same term."""
        sign = "-" if self.is_negated else ""
        if self.field == TEXT:
            return sign + quoted(self.values[0], PLAIN_WORD)
        name = f"{self.field}.{quoted(self.key, PLAIN_KEY)}" if self.key else self.field
        written = [quoted(value) for value in self.values]
        value = written[0] if len(written) == 1 else f"({' OR '.join(written)})"
        return f"{sign}{name}:{self.comparison}{value}"

    @property
    def name(self) -> tuple[str, str]:
        return self.field, self.key


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a part of what was written, and where that part stands."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """All terms hold at once. With problems there is no answer: a part left out in silence would
    answer another question.
    """

    terms: tuple[Term, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def chosen(self, field: str, key: str = "") -> tuple[str, ...]:
        """The values of which one is asked for, where the field is narrowed to some."""
        return next((term.values for term in self.terms if _is_choice(term, field, key)), ())

    def toggled(self, field: str, value: str, key: str = "") -> "Query":
        """With the value among those of the field that may match, or without it if it was."""
        now = self.chosen(field, key)
        if value in now:
            return self.with_choice(field, tuple(one for one in now if one != value), key)
        return self.with_choice(field, (*now, value), key)

    def with_choice(self, field: str, values: tuple[str, ...], key: str = "") -> "Query":
        """With these values of the field in place of those that were chosen; none: any."""
        term = Term(field, values, key=key)
        at = next((i for i, one in enumerate(self.terms) if _is_choice(one, field, key)), None)
        if at is None:
            return replace(self, terms=(*self.terms, term)) if values else self
        made = (term,) if values else ()
        return replace(self, terms=(*self.terms[:at], *made, *self.terms[at + 1 :]))

    def with_term(self, term: Term) -> "Query":
        """With this comparison or word; one of the same field that compares alike gives way."""
        kept = [one for one in self.terms if not _is_same_bound(one, term)]
        return replace(self, terms=(*kept, term))

    def without(self, *unwanted: Term) -> "Query":
        return replace(self, terms=tuple(one for one in self.terms if one not in unwanted))

    def without_field(self, field: str, key: str = "") -> "Query":
        """Without all that narrows the field."""
        return replace(self, terms=tuple(one for one in self.terms if one.name != (field, key)))


def _is_choice(term: Term, field: str, key: str) -> bool:
    return term.name == (field, key) and not term.is_negated and not term.comparison


def _is_same_bound(one: Term, other: Term) -> bool:
    return (
        bool(other.comparison)
        and one.name == other.name
        and one.is_negated == other.is_negated
        and one.comparison[:1] == other.comparison[:1]
    )


def quoted(value: str, plain: re.Pattern = PLAIN_VALUE) -> str:
    """The value as it is written, with quotes where it needs them."""
    if plain.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""A term of the query as a list shows it: a chip that can be taken away."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from traces.search.fields import FIELDS
from traces.search.terms import TEXT, Term

SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "~ ", "": ""}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One term, as a chip: its words, its values, and the address without it."""

    words: str
    values: tuple[str, ...]
    without: str
    name: str
    is_negated: bool
    sign: str

    @property
    def value(self) -> str:
        return self.sign + ", ".join(self.values)


def narrowing(term: Term, *, without: str) -> Narrowing:
    return Narrowing(
        words=_words(term),
        values=term.values,
        without=without,
        name=term.field,
        is_negated=term.is_negated,
        sign=SIGNS[term.comparison],
    )


def _words(term: Term) -> str:
    if term.field == TEXT:
        return _("Text")
    words = str(FIELDS[term.field].words)
    return f"{words} {term.key}" if term.key else words

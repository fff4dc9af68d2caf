"""Reading a query: `level:ERROR -env:dev latency:>2 metadata.region:(eu OR us) "free text"`.

What cannot be read, or makes no sense, is a problem at its place and never left out.
"""

import math
import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from traces.search import mistakes
from traces.search.fields import (
    HAS,
    HAS_ALIASES,
    KEYED,
    NUMBER,
    UNITS,
    Field,
    field_named,
    nearest,
)
from traces.search.terms import TEXT, Problem, Query, Term

MAX_CHARACTERS = 2_000
MAX_TERMS = 24
MAX_VALUES = 50

_HEAD = re.compile(r'(-?)([A-Za-z_][A-Za-z_]*)(?:\.(?:"((?:[^"\\]|\\.)*)"|([^\s"():\\]+)))?:')
_COMPARISON = re.compile(r">=|<=|>|<|~")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_BARE = re.compile(r'[^\s"()]+')
_OR = re.compile(r"\s+OR(?:\s+|$)")
_NUMBER = re.compile(r"\$?(-?[0-9]*\.?[0-9]+(?:e-?[0-9]{1,2})?)\s*([a-z]*)", re.IGNORECASE)


class _Unreadable(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, start, end)


def parsed(text: str) -> Query:
    """The query that is written; with `problems` where it is not one."""
    text = normalized(text)
    if len(text) > MAX_CHARACTERS:
        message = _("A query has at most %(most)s characters.") % {"most": MAX_CHARACTERS}
        return Query(problems=(Problem(message, MAX_CHARACTERS, len(text)),))
    terms: list[Term] = []
    problems: list[Problem] = []
    at = _behind_space(text, 0)
    while at < len(text):
        try:
            term, end = _term(text, at)
            terms.append(term)
        except _Unreadable as error:
            problems.append(error.problem)
            end = max(error.problem.end, at + 1)
        at = _behind_space(text, end)
    problems += _connectives(text, terms)
    if len(terms) > MAX_TERMS:
        message = _("A query has at most %(most)s terms.") % {"most": MAX_TERMS}
        problems.append(Problem(message, terms[MAX_TERMS].start, len(text)))
    return Query(tuple(terms), tuple(problems))


def _connectives(text: str, terms: list[Term]) -> Iterator[Problem]:
    """`not level:ERROR`: in lower case they are words, but not beside a field."""
    for before, term, after in zip([None, *terms], terms, [*terms[1:], None], strict=False):
        is_beside_field = any(one and one.field != TEXT for one in (before, after))
        is_bare = term.field == TEXT and text[term.start + term.is_negated] != '"'
        if is_bare and is_beside_field and term.values[0].upper() in mistakes.CONNECTIVES:
            yield Problem(mistakes.connective(term.values[0]), term.start, term.end)


def normalized(text: str) -> str:
    """As it is read: places in problems are places in this."""
    return unicodedata.normalize("NFC", text).replace("\0", "")


def _term(text: str, at: int) -> tuple[Term, int]:
    head = _HEAD.match(text, at)
    if head:
        return _field_term(text, at, head)
    is_negated = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
    start = at + is_negated
    if text[start] in "()":
        raise _Unreadable(
            _("Brackets hold the values of a field: level:(ERROR OR WARNING)."), at, start + 1
        )
    if mistake := mistakes.comparison(text, start):
        raise _Unreadable(mistake[0], at, mistake[1])
    value, end = _value(text, start, is_text=True)
    if ":" in value and text[start] != '"':
        name = value.partition(":")[0]
        raise _Unreadable(
            _("“%(name)s” is no field. Put text that holds a colon in quotes.") % {"name": name},
            at,
            end,
        )
    if value in mistakes.CONNECTIVES and text[start] != '"':
        raise _Unreadable(mistakes.connective(value), at, end)
    return Term(TEXT, (value,), is_negated=is_negated, start=at, end=end), end


def _field_term(text: str, at: int, head: re.Match) -> tuple[Term, int]:
    sign, name, quoted_key, bare_key = head.groups()
    key = _unescaped(quoted_key) if quoted_key is not None else bare_key or ""
    comparison = _COMPARISON.match(text, head.end())
    after = comparison.end() if comparison else head.end()
    values, end = _values(text, after)
    field = field_named(name)
    if field is None:
        raise _Unreadable(_unknown(name), at, end)
    if bool(key) != (field.kind == KEYED):
        raise _Unreadable(_key_problem(field), at, end)
    told = comparison.group() if comparison else ""
    checked = _checked(field, told, values, at, end)
    term = Term(
        field.name,
        checked,
        key=key,
        comparison=told,
        is_negated=sign == "-",
        start=at,
        end=end,
    )
    return term, end


def _values(text: str, at: int) -> tuple[list[str], int]:
    """One value, or `(a OR b)`."""
    if at >= len(text) or text[at].isspace():
        raise _Unreadable(_("A value is missing behind the colon."), max(at - 1, 0), at)
    if text[at] != "(":
        value, end = _value(text, at)
        return [value], end
    opened = at
    values: list[str] = []
    at = _behind_space(text, at + 1)
    while True:
        if at >= len(text):
            raise _Unreadable(_("This bracket is not closed."), opened, len(text))
        if text[at] == ")" and not values:
            raise _Unreadable(_("Values are missing between the brackets."), opened, at + 1)
        value, end = _value(text, at)
        values.append(value)
        gap = _OR.match(text, end)
        at = gap.end() if gap else _behind_space(text, end)
        if gap:
            continue
        if at < len(text) and text[at] == ")":
            return values, at + 1
        if at < len(text):
            raise _Unreadable(_("Values in brackets are joined by OR."), at, at + 1)


def _value(text: str, at: int, *, is_text: bool = False) -> tuple[str, int]:
    if text[at] == '"':
        found = _QUOTED.match(text, at)
        if not found:
            raise _Unreadable(_("This quote is not closed."), at, len(text))
        if not found.group(1).strip():
            raise _Unreadable(_("There is nothing between the quotes."), at, found.end())
        return _unescaped(found.group(1)), found.end()
    found = _BARE.match(text, at)
    if not found:
        raise _Unreadable(_("A value with brackets in it needs quotes."), at, at + 1)
    if mistake := mistakes.pattern(found.group(), is_text=is_text):
        raise _Unreadable(mistake, at, found.end())
    return found.group(), found.end()


def _behind_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _checked(
    field: Field, comparison: str, values: list[str], start: int, end: int
) -> tuple[str, ...]:
    """The values as the field has them. Raises where they make no sense for it."""
    if len(values) > MAX_VALUES or (comparison and len(values) > 1):
        most = 1 if comparison else MAX_VALUES
        raise _Unreadable(_("At most %(most)s values here.") % {"most": most}, start, end)
    if field.kind == NUMBER:
        return _numbers(field, comparison, values, start, end)
    if comparison in (">", "<", ">=", "<=") and field.kind != KEYED:
        raise _Unreadable(
            _("“%(field)s” has no order: ask for a value, or a part of one as %(field)s:~part.")
            % {"field": field.name},
            start,
            end,
        )
    if comparison in (">", "<", ">=", "<="):
        number_of(values[0], "count", start, end)
    if field.options and comparison != "~":
        return tuple(_option(field, value, start, end) for value in values)
    return tuple(values)


def _numbers(
    field: Field, comparison: str, values: list[str], start: int, end: int
) -> tuple[str, ...]:
    if comparison == "~":
        raise _Unreadable(
            _("“%(field)s” is a number: compare it as %(field)s:>2.") % {"field": field.name},
            start,
            end,
        )
    for value in values:
        number_of(value, field.unit, start, end)
    return tuple(values)


def number_of(text: str, unit: str, start: int = 0, end: int = 0) -> float:
    """The number that is written, in the field's own unit: `500ms` of seconds is 0.5."""
    found = _NUMBER.fullmatch(text.strip())
    factors = UNITS[unit]
    if not found or found.group(2).lower() not in factors:
        raise _Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]}, start, end)
    number = float(found.group(1)) * factors[found.group(2).lower()]
    if not math.isfinite(number) or number > 1e15:
        raise _Unreadable(_("“%(text)s” is too large.") % {"text": text[:40]}, start, end)
    return number


def _option(field: Field, value: str, start: int, end: int) -> str:
    option = value.upper()
    if field.kind == HAS:
        option = HAS_ALIASES.get(option, option)
    if option not in field.options:
        shown = (one.lower() if field.kind == HAS else one for one in field.options)
        raise _Unreadable(
            _("“%(field)s” is one of %(options)s.")
            % {"field": field.name, "options": ", ".join(shown)},
            start,
            end,
        )
    return option.lower() if field.kind == HAS else option


def _unknown(name: str) -> str:
    if meant := nearest(name):
        return _("There is no field “%(name)s”. Is “%(meant)s” meant?") % {
            "name": name[:40],
            "meant": meant,
        }
    return _("There is no field “%(name)s”. Put text that holds a colon in quotes.") % {
        "name": name[:40]
    }


def _key_problem(field: Field) -> str:
    if field.kind == KEYED:
        return _("Say of which: %(field)s.key:value.") % {"field": field.name}
    return _("“%(field)s” has no parts.") % {"field": field.name}

"""A person's statement, read word by word, and written anew from what was understood.

Three rules keep it to the tables it may ask. Every word is known: a clause, a column, a function of
the list, or a name that the statement itself gives. Names of tables, its own WITH queries among
them, get a prefix that no real table has. And what has no meaning here (quotes in names, escapes,
parameters, comments that run on) is refused, so that the engine cannot read it otherwise.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from traces.queries.free_sql.tables import COLUMN_NAMES, OWN, TABLE_NAMES
from traces.queries.free_sql.tokens import NotAllowed, Token, after, before, tokens
from traces.queries.free_sql.words import (
    HIGHER_ORDER,
    KEYWORDS,
    NAMES_TOO,
    TYPES,
    is_function,
)

# Names that nobody gives: clauses that are not offered, and the engine's own databases.
RESERVED = frozenset(
    (
        *("settings", "format", "into", "outfile", "infile", "final", "sample", "prewhere"),
        *("global", "apply", "columns", "recursive", "materialized", "values", "explain", "set"),
        *("system", "information_schema", "default", "function", "table", "lateral", "paste"),
    )
)
QUERY_STARTS = ("select", "with", "(")


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    tables: frozenset[str]  # by the names they have in `sql`


def read(text: str, engine_functions: frozenset[str] = frozenset()) -> Statement:
    """Raises NotAllowed. `engine_functions` are all that the engine knows, in lower case: beside
    functions that take others by their names, nothing may be named like one that is not on the
    list. `SELECT (SELECT 1 AS file), arrayMap(file, …)` would run it.
    """
    found = tokens(text)
    if not found:
        raise NotAllowed(_("Write a SELECT statement."))
    if not found[0].says(*QUERY_STARTS):
        raise NotAllowed(_("Only SELECT can be run here: the statement must begin with SELECT."))
    queries = {found[i].text for i in range(len(found)) if _names_query(found, i)}
    given = {found[i].text for i in range(len(found)) if _names_something(found, i)} | queries
    takes_functions = any(token.text in HIGHER_ORDER for token in found)
    for name in given:
        _check_name(name, engine_functions if takes_functions else frozenset())
    tables = TABLE_NAMES | queries
    for index in range(len(found)):
        _check(found, index, given)
    words = [_written(token, tables) for token in found]
    return Statement(" ".join(words), frozenset(OWN + name for name in tables))


def _written(token: Token, tables: frozenset[str]) -> str:
    if not token.is_name:
        return token.text
    name = OWN + token.text if token.text in tables else token.text
    return f"`{name}`" if token.kind == "quoted" else name


def _names_query(found: list[Token], index: int) -> bool:
    """`name AS (SELECT …`"""
    return (
        found[index].is_name
        and after(found, index).says("as")
        and after(found, index + 1).says("(")
        and after(found, index + 2).says(*QUERY_STARTS)
        and before(found, index).says("with", ",")
    )


def _names_something(found: list[Token], index: int) -> bool:
    """A name after AS, before the AS of a window, of a lambda's argument, or right behind a table
    or a bracket.
    """
    token, earlier, later = found[index], before(found, index), after(found, index)
    if not token.is_name or later.says("("):
        return False
    if token.kind == "word" and token.text.lower() in KEYWORDS - NAMES_TOO:
        return False
    if earlier.says("as") or later.says("->"):
        return True
    if earlier.says("window") or (earlier.says(")") and token.text.lower() not in KEYWORDS):
        return True
    if earlier.is_name and earlier.text in TABLE_NAMES and token.text.lower() not in KEYWORDS:
        return True
    return _is_lambda_argument(found, index)


def _is_lambda_argument(found: list[Token], index: int) -> bool:
    """One of `(a, b) -> …`"""
    end = index
    while after(found, end).says(","):
        end += 2
    if not (after(found, end).says(")") and after(found, end + 1).says("->")):
        return False
    start = index
    while before(found, start).says(","):
        start -= 2
    return before(found, start).says("(")


def _check_name(name: str, engine_functions: frozenset[str]) -> None:
    folded = name.lower()
    if name in TABLE_NAMES or folded.startswith(OWN) or folded in RESERVED:
        message = _("“%(name)s” cannot be a name here. Choose another one.")
        raise NotAllowed(message % {"name": name})
    if folded in engine_functions and not is_function(folded) and name not in COLUMN_NAMES:
        message = _("“%(name)s” is also a function: choose another name beside arrayMap() …")
        raise NotAllowed(message % {"name": name})


def _check(found: list[Token], index: int, given: set[str]) -> None:
    token, later = found[index], after(found, index)
    if token.kind == "quoted":
        if later.says("("):
            message = _("The function “%(name)s” must be written without quotes.")
            raise NotAllowed(message % {"name": token.text})
        _check_known(token, given)
    elif token.kind == "word":
        if token.says("in"):
            _check_in(found, index)
        elif later.says("("):
            _check_call(found, index)
        elif token.text.lower() not in KEYWORDS and token.text not in TYPES:
            _check_known(token, given)


def _check_in(found: list[Token], index: int) -> None:
    """A name alone behind it may be taken for a table, and the function in() is the same."""
    earlier, at = before(found, index), index
    while after(found, at).says("("):
        at += 1
    value, is_call = after(found, at), earlier.kind == "sign" and not earlier.says(")", "]")
    is_list = value.says("[") or (at > index and not after(found, at + 1).says(")"))
    if is_call or not (is_list or value.kind in ("string", "number")):
        raise NotAllowed(_("After IN, write a list or a SELECT in brackets."))


def _check_known(token: Token, given: set[str]) -> None:
    name = token.text
    if name in given or name in COLUMN_NAMES or name in TABLE_NAMES:
        return
    if token.kind == "word" and is_function(name):  # without brackets it is a column of no table
        message = _("“%(name)s” is a function: write %(name)s(…).")
        raise NotAllowed(message % {"name": name})
    message = _("There is no “%(name)s” here: neither a column nor a table nor a clause.")
    raise NotAllowed(message % {"name": name})


def _check_call(found: list[Token], index: int) -> None:
    name = found[index].text
    if name.lower() in KEYWORDS or name in TYPES:
        if before(found, index).says("from", "join") and not name.lower() == "array":
            raise NotAllowed(_("After FROM, write spans, traces, scores or a SELECT in brackets."))
        return
    if before(found, index).says("from", "join"):
        message = _("%(name)s(…) is no table here. There are spans, traces and scores.")
        raise NotAllowed(message % {"name": name})
    if before(found, index).says("as", "."):
        message = _("“%(name)s” cannot stand before a bracket here.")
        raise NotAllowed(message % {"name": name})
    if not is_function(name):
        message = _("The function %(name)s() is not offered here. docs/sql.md lists those.")
        raise NotAllowed(message % {"name": name})

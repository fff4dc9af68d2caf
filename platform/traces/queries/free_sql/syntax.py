"""The engine's own reading of a statement, as a second opinion before anything is run.

`EXPLAIN AST` parses and does nothing else. What it says must hold nothing but the kinds of node,
functions and tables that are allowed; where it and reading.py disagree, the statement is refused.
"""

import re

from django.utils.translation import gettext as _

from traces.queries.free_sql.reading import Statement
from traces.queries.free_sql.tokens import NotAllowed
from traces.queries.free_sql.words import OPERATORS, is_function

NODE = re.compile(r"(?P<indent> *)(?P<kind>[A-Za-z]+)(?: (?P<name>.*))?")
NAMED = re.compile(r"(?P<name>[^( ]+).*", re.DOTALL)
KINDS = frozenset(
    (
        *("SelectWithUnionQuery", "SelectIntersectExceptQuery", "SelectQuery", "ExpressionList"),
        *("Subquery", "WithElement", "Identifier", "Literal", "Function", "Asterisk"),
        *("QualifiedAsterisk", "ColumnsTransformerList", "ColumnsExceptTransformer"),
        *("TablesInSelectQuery", "TablesInSelectQueryElement", "TableExpression", "TableJoin"),
        *("TableIdentifier", "ArrayJoin", "OrderByElement", "WindowDefinition"),
        *("WindowListElement", "InterpolateElement", "DataType", "NameTypePair"),
    )
)
SOURCES = ("TableIdentifier", "Subquery")
IN = frozenset(("in", "notIn", "globalIn", "globalNotIn", "nullIn", "notNullIn"))


def check(tree: list[str], statement: Statement) -> None:
    """Raises NotAllowed. `tree` are the lines of EXPLAIN AST."""
    above: list[tuple[int, str]] = []  # the nodes that the next one may be in: indent, kind
    for line in tree:
        node = NODE.fullmatch(line)
        if node is None or node["kind"] not in KINDS:
            message = _("This is not offered here: %(what)s.")
            raise NotAllowed(message % {"what": line.strip()[:60]})
        depth, kind = len(node["indent"]), node["kind"]
        while above and above[-1][0] >= depth:
            above.pop()
        parent = above[-1][1] if above else ""
        above.append((depth, kind))
        _check_node(kind, _name_of(node["name"]), parent, statement)


def _name_of(rest: str | None) -> str:
    found = NAMED.fullmatch(rest or "")
    return found["name"] if found else ""


def _check_node(kind: str, name: str, parent: str, statement: Statement) -> None:
    if parent == "TableExpression" and kind not in SOURCES:
        raise NotAllowed(_("After FROM, write spans, traces, scores or a SELECT in brackets."))
    if kind == "TableIdentifier" and name not in statement.tables:
        raise NotAllowed(_("There are only the tables spans, traces and scores."))
    if kind == "Function" and not (is_function(name) or name in OPERATORS or name in IN):
        message = _("The function %(name)s() is not offered here.")
        raise NotAllowed(message % {"name": name})

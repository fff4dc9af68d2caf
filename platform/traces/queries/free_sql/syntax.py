"""The engine's own reading of a statement, as a second opinion before anything is run.

`EXPLAIN AST` parses and does nothing else. What it says must hold nothing but the kinds of node,
functions and tables that are allowed; where it and reading.py disagree, the statement is refused.
"""

import re
from dataclasses import dataclass

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


@dataclass(slots=True)
class Node:
    depth: int
    kind: str
    name: str
    children: int = 0


NOTHING = Node(-1, "", "")


def check(tree: list[str], statement: Statement) -> None:
    """Raises NotAllowed. `tree` are the lines of EXPLAIN AST."""
    above: list[Node] = []  # those that the next one may be in
    for line in tree:
        node = NODE.fullmatch(line)
        if node is None or node["kind"] not in KINDS:
            message = _("This is not offered here: %(what)s.")
            raise NotAllowed(message % {"what": line.strip()[:60]})
        found = Node(len(node["indent"]), node["kind"], _name_of(node["name"]))
        while above and above[-1].depth >= found.depth:
            above.pop()
        parent, around = [NOTHING, NOTHING, *above][-1], [NOTHING, NOTHING, *above][-2]
        parent.children += 1
        _check_node(found, parent, around, statement)
        above.append(found)


def _name_of(rest: str | None) -> str:
    found = NAMED.fullmatch(rest or "")
    return found["name"] if found else ""


def _check_node(node: Node, parent: Node, around: Node, statement: Statement) -> None:
    name = node.name
    if parent.kind == "TableExpression" and node.kind not in SOURCES:
        raise NotAllowed(_("After FROM, write spans, traces, scores or a SELECT in brackets."))
    if node.kind == "TableIdentifier" and name not in statement.tables:
        raise NotAllowed(_("There are only the tables spans, traces and scores."))
    if node.kind == "Function" and not (is_function(name) or name in OPERATORS or name in IN):
        message = _("The function %(name)s() is not offered here.")
        raise NotAllowed(message % {"name": name})
    if node.kind == "Identifier" and around.name in IN and parent.children == 2:
        # A name of no column in sight would be taken for a table.
        raise NotAllowed(_("After IN, write a list or a SELECT in brackets."))

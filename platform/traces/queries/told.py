"""What a trace says of its observations. SDKs tell user, session, tags, release, name and metadata
of the trace as a whole, in a row of its own or on its root; what an observation does not say
itself, it has from there, in lists, facets and figures alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from traces.queries.clauses import TRACE_NAME, Bind, entry, holds_one, is_one, of_span
from traces.queries.filters import reaching
from traces.search.terms import Term

PLACE = "(s.start_time, s.span_id)"
# How far from an observation's time its trace is looked for.
AROUND = """
    s.project_id = {project_id:String}
    AND s.start_time >= fromUnixTimestamp64Nano({told_low:Int64}, 'UTC')
    AND s.start_time < fromUnixTimestamp64Nano({told_high:Int64}, 'UTC')
"""


def first(column: str) -> str:
    """What the earliest row says that says anything, as the list of traces shows it."""
    return f"argMinIf(s.{column}, {PLACE}, s.{column} != '')"


@dataclass(frozen=True, slots=True)
class Told:
    """SQL: what an observation says, whether it says nothing, what the rows of its trace say."""

    own: str
    unsaid: str
    whole: str


TOLD = {
    "user": Told("s.user_id", "s.user_id = ''", first("user_id")),
    "session": Told("s.session_id", "s.session_id = ''", first("session_id")),
    "release": Told("s.release", "s.release = ''", first("release")),
    "trace_version": Told("s.version_label", "s.version_label = ''", first("version_label")),
    "trace_name": Told("s.trace_name", "s.trace_name = ''", TRACE_NAME),
    "tag": Told("s.tags", "empty(s.tags)", "groupUniqArrayArray(s.tags)"),
}


def entry_told(key: str) -> Told:
    """Of metadata under the key, SQL too: said of the trace as a whole, not by another span."""
    whole, own = f"s.trace_metadata[{key}]", f"s.metadata[{key}]"
    said = f"{own} != '' AND s.span_id = ''"
    return Told(
        f"if({own} != '', {own}, {whole})",
        f"({own} = '' AND {whole} = '')",
        f"if(maxIf({whole}, {whole} != '') != '', argMinIf({whole}, {PLACE}, {whole} != ''),"
        f" argMinIf({own}, {PLACE}, {said}))",
    )


def is_told(term: Term) -> bool:
    return term.field in TOLD or term.field == "metadata"


def told_range(since: int, until: int) -> dict[str, Any]:
    """What AROUND binds, for observations of the time."""
    around = reaching(since, until)
    return {"told_low": around["low"], "told_high": around["high"]}


def of_observation(term: Term, bind: Bind) -> str:
    """A term that `is_told` over a row of spans: what the row says fulfils it, or where it says
    nothing, what its trace says.
    """
    own = of_span(term, bind)
    if term.field == "metadata":
        one = entry_told(bind(term.key, "String"))
        whole = entry(one.whole, f"{one.whole} != ''", term, bind)
    else:
        one = TOLD[term.field]
        whole = (holds_one if term.field == "tag" else is_one)(one.whole, term, bind)
    # Whose trace some row, superseded or not, fulfils it: which an index finds.
    named = f"{own} OR {is_one('s.name', term, bind)}" if term.field == "trace_name" else own
    candidates = f"SELECT s.trace_id FROM spans AS s WHERE {AROUND} AND ({named})"
    told = f"""
        SELECT s.trace_id FROM spans AS s FINAL
        WHERE {AROUND} AND s.trace_id IN ({candidates})
        GROUP BY s.trace_id HAVING {whole}
    """
    return (
        f"s.trace_id IN ({candidates}) AND (({own}) OR ({one.unsaid} AND s.trace_id IN ({told})))"
    )


def told_by_traces(names: Iterable[str], entries: dict[str, str], only: str = "1") -> str:
    """A join for rows `s` of spans: `t` has of each trace what it says under the names of TOLD, and
    for metadata under those of `entries` (name to SQL of the key). AROUND has to be bound; `only`
    narrows the rows of traces.
    """
    says = [f"{TOLD[name].whole} AS {name}" for name in sorted(names)]
    says += [f"{entry_told(key).whole} AS {name}" for name, key in sorted(entries.items())]
    return f"""
        LEFT JOIN (
            SELECT cityHash64(s.trace_id) AS told_id, {", ".join(says)}
            FROM spans AS s FINAL WHERE {AROUND} AND {only} GROUP BY told_id
        ) AS t ON t.told_id = cityHash64(s.trace_id)
    """


def told_to(uses: str) -> str:
    """The join with what the SQL uses of `t`, where it does: names of TOLD, and `entry0`,
    `entry1` … of metadata under the keys that are bound as `key0`, `key1` …
    """
    used = set(re.findall(r"\bt\.([a-z_]+[0-9]?)\b", uses))
    entries = {name: f"{{{name.replace('entry', 'key')}:String}}" for name in used - set(TOLD)}
    return told_by_traces(used & set(TOLD), entries) if used else ""


def or_told(name: str) -> str:
    """The value of an observation with `t` beside it."""
    one = TOLD[name]
    return f"if({one.unsaid}, t.{name}, {one.own})"

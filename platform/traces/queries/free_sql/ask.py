"""Running a person's own SELECT over one project's rows, and nothing else.

Four walls, each of which would do:
1. reading.py takes the statement apart, knows every word of it and writes it anew. Names of tables
   get a prefix, so that they can only mean the subqueries of tables.py, which hold this project's
   newest rows.
2. syntax.py asks the engine how it reads the result, and refuses what is not on its list.
3. The engine runs it read-only: nothing is written, no setting is changed, no table function that
   leaves the server is called. The embedded one also takes away every privilege but SELECT, and
   the system's own tables.
4. Time, memory, threads, rows and bytes are bounded, and how many run at once: see places.py.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error
from django.utils.translation import gettext as _
from urllib3.exceptions import HTTPError, ReadTimeoutError

from traces import clickhouse
from traces.errors import LimitReached, Refused, Unavailable, classified
from traces.queries.free_sql import syntax
from traces.queries.free_sql.places import Unanswered, place
from traces.queries.free_sql.reading import read
from traces.queries.free_sql.tables import OWN, preamble
from traces.queries.free_sql.tokens import NotAllowed

MAX_ROWS = 1_000
MAX_SECONDS = 10
MEBIBYTE = 1024 * 1024
MAX_MEMORY = 256 * MEBIBYTE
BOUNDS = {
    "readonly": 1,
    "max_execution_time": MAX_SECONDS,
    "max_memory_usage": MAX_MEMORY,
    "max_threads": 2,
    "max_result_bytes": 16 * MEBIBYTE,
    "max_temporary_data_on_disk_size_for_query": 512 * MEBIBYTE,
    "max_subquery_depth": 40,
    # Two versions of a row are always in one partition.
    "do_not_merge_across_partitions_select_final": 1,
    "distributed_product_mode": "local",
}


ANSWERED_AS = "JSONCompact"
AS_JSON = {
    "output_format_json_quote_decimals": 1,
    "output_format_json_quote_64bit_integers": 0,
    "date_time_output_format": "iso",
}
SYNTAX = re.compile(r"Syntax error: failed at (?:position \d+|end of query) ?\(([^)]*)\)")
AROUND = re.compile(r"(?s)[:.]? (?:Maybe you meant|In scope|In query|Stack trace|\([A-Z_]+\)).*")
TEXT = re.compile(r"('(?:[^'\\]|\\.|'')*')", re.DOTALL)
# What means elsewhere that the store is not ready means here that the statement is wrong: no such
# column, table or database, a read-only request, an account that may not.
FAULTS = frozenset((16, 60, 81, 164, 497))


@dataclass(frozen=True, slots=True)
class Table:
    """A result: at most so many rows, and whether there were more. Values are as JSON has them:
    times in ISO 8601, decimals as text, since a float would round them.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    is_cut: bool


def ask(project_id: str, text: str, *, most: int = MAX_ROWS) -> Table:
    """Raises NotAllowed and Refused, which say what to change; LimitReached and Unavailable."""
    statement = read(text, engine_functions())
    tree = run(f"EXPLAIN AST {statement.sql}", BOUNDS, statement.tables)
    syntax.check([row[0] for row in tree["data"]], statement)
    result = run(
        f"WITH {preamble(clickhouse.quoted(clickhouse.database()))}"
        f" SELECT * FROM ({statement.sql})",
        {**BOUNDS, "limit": most + 1},
        statement.tables,
        project_id=project_id,
    )
    return Table(
        names=tuple(column_as_written(one["name"], statement.tables) for one in result["meta"]),
        types=tuple(column["type"] for column in result["meta"]),
        rows=result["data"][:most],
        is_cut=len(result["data"]) > most,
    )


def run(
    sql: str, options: dict[str, Any], tables: frozenset[str] = frozenset(), **values: str
) -> dict[str, Any]:
    """Under the engine's own bounds alone; `tables` are those of a Statement. What a person wrote
    wrongly says nothing about whether ClickHouse is there, so this does not go by the ways of the
    product's own queries.
    """
    client = clickhouse.client("sql")
    profile = int(client.server_settings["max_memory_usage"].value)
    bounds = {**AS_JSON, **options, "log_comment": "sql", "max_memory_usage": memory(profile)}
    try:
        with place() as query_id:
            return json.loads(_answer(client, sql, values, {**bounds, "query_id": query_id}))
    except Error as error:
        told = classified(error)
        if isinstance(told, Refused) or error.code in FAULTS:
            raise Refused(sentence_in(str(error), tables)) from None
        raise told from None
    except Unanswered as error:
        if is_late(error):
            raise LimitReached("The statement took longer than it may.") from None
        raise Unavailable("ClickHouse does not answer.") from None


def _answer(client: Client, sql: str, values: dict[str, str], settings: dict[str, Any]) -> bytes:
    try:
        return client.raw_query(sql, parameters=values, settings=settings, fmt=ANSWERED_AS)
    except Error as error:
        if error.code is None and not isinstance(classified(error), Refused):
            raise Unanswered from error
        raise
    except (HTTPError, OSError) as error:
        raise Unanswered from error


def is_late(error: BaseException | None) -> bool:
    """Whether it comes of having waited for an answer in vain."""
    while error is not None:
        if isinstance(error, ReadTimeoutError | TimeoutError):
            return True
        error = error.__cause__ or error.__context__
    return False


def memory(profile: int) -> int:
    """Bytes for a statement: a server's own bound may be smaller, and must not be passed."""
    return min(MAX_MEMORY, profile) if profile else MAX_MEMORY


def as_written(said: str, tables: frozenset[str]) -> str:
    """With the names of a Statement's tables as the person wrote them. Pure."""
    if not tables:
        return said
    names = "|".join(re.escape(name.removeprefix(OWN)) for name in tables)
    return re.sub(rf"(?<!\w){OWN}(?=(?:{names})(?!\w))", "", said)


def column_as_written(name: str, tables: frozenset[str]) -> str:
    """As as_written, but for texts: a column without a name is called by its expression. Pure."""
    parts = TEXT.split(name)  # texts are at the odd places
    return "".join(part if at % 2 else as_written(part, tables) for at, part in enumerate(parts))


def sentence_in(said: str, tables: frozenset[str] = frozenset()) -> str:
    """What ClickHouse says of a statement, without what it says to those who run it."""
    said = as_written(said, tables)
    if near := SYNTAX.search(said):
        if not near[1] or near[1].startswith(ANSWERED_AS):  # what stands behind it is ours
            return _("The statement ends too early.")
        return _("ClickHouse cannot read this from “%(text)s” on.") % {"text": near[1][:60]}
    return AROUND.sub("", said.rpartition("DB::Exception: ")[2]).strip()[:500]


@lru_cache(maxsize=1)
def engine_functions() -> frozenset[str]:
    """All that the engine knows, in lower case; they do not change while it runs."""
    found = clickhouse.rows(
        "SELECT lower(name) AS name FROM system.functions"
        " UNION ALL SELECT lower(name) FROM system.table_functions"
    )
    return frozenset(row["name"] for row in found)


__all__ = ["MAX_ROWS", "NotAllowed", "Table", "ask"]

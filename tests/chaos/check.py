"""Compares a ledger with what ClickHouse has in the end."""

import json
import urllib.request
from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tests.chaos.ledger import Fact, Ledger, digest

ROWS = {
    "spans": """
        SELECT concat(s.trace_id, ' ', s.span_id) AS row, s.input AS input, s.output AS output,
            s.trace_name AS trace_name
        FROM spans AS s FINAL
        WHERE s.project_id = {project:String}
          AND s.start_time BETWEEN '2020-01-01' AND '2100-01-01'
        FORMAT JSONEachRow
    """,
    "scores": """
        SELECT id AS row, comment FROM scores FINAL WHERE project_id = {project:String}
        FORMAT JSONEachRow
    """,
}


@dataclass(frozen=True)
class Verdict:
    """`lost`: acknowledged and not there. `phantom`: there and never sent. `duplicated`: there more
    than once. `corrupted`: there with another text than any that was sent for it.
    """

    sent: int
    acked: int
    lost: int
    phantom: int
    duplicated: int
    corrupted: int

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.phantom or self.duplicated or self.corrupted)


def check(ledger: Ledger, clickhouse_url: str, project_id: str) -> Verdict:
    stored = {table: read(clickhouse_url, sql, project_id) for table, sql in ROWS.items()}
    return verdict(ledger, stored)


def verdict(ledger: Ledger, stored: dict[str, list[dict]]) -> Verdict:
    acked, sent_rows = ledger.acked(), {(fact.table, fact.row) for fact in ledger.sent}
    sent_texts = {(fact.table, fact.row, fact.column): fact.digest for fact in ledger.sent}
    found, times, corrupted = set(), Counter(), set()
    for table, rows in stored.items():
        for values in rows:
            row = values.pop("row")
            times[table, row] += 1
            for column, text in values.items():
                fact = Fact(table, row, column, digest(text))
                found.add(fact)
                if text and sent_texts.get((table, row, column)) != fact.digest:
                    corrupted.add((table, row))
    return Verdict(
        sent=len(ledger.sent),
        acked=len(acked),
        lost=len(acked - found),
        phantom=len(set(times) - sent_rows),
        duplicated=sum(1 for count in times.values() if count > 1),
        corrupted=len(corrupted & sent_rows),
    )


def read(url: str, sql: str, project_id: str) -> list[dict]:
    """As any HTTP client of ClickHouse would, without the product's code."""
    parts = urlsplit(url)
    request = urllib.request.Request(
        f"http://{parts.hostname}:{parts.port}/?database={parts.path.strip('/')}"
        f"&param_project={project_id}",
        data=sql.encode(),
        headers={
            "X-ClickHouse-User": unquote(parts.username or "default"),
            "X-ClickHouse-Key": unquote(parts.password or ""),
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [json.loads(line) for line in answer.read().splitlines()]

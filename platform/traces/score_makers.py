"""Which scores a public key may change. Everybody who opens a customer's page can read that key.

A row's version says who sent it: those of public keys are older than any other, so that they never
replace a score that a secret key has sent or deleted, in whatever order they are written.
"""

from collections.abc import Iterable

from traces.clickhouse import rows, write_purpose
from traces.stored import IDS_PER_QUERY

PUBLIC_KEYS_ARE_OLDER = 1000  # their versions are microseconds among nanoseconds
OLDEST_OF_SECRET_KEYS = 10**17  # all nanoseconds since 1973, and no microseconds before 5138


def version_of_public_key(now_ns: int) -> int:
    return now_ns // PUBLIC_KEYS_ARE_OLDER


def settled_scores(project_id: str, ids: Iterable[str]) -> set[str]:
    """Those that somebody with a secret key has sent or deleted."""
    wanted, found = sorted(set(ids)), set()
    for first in range(0, len(wanted), IDS_PER_QUERY):
        settled = rows(
            """
            SELECT DISTINCT c.id AS id
            FROM scores AS c
            WHERE c.project_id = {project_id:String} AND c.id IN {ids:Array(String)}
              AND c.version >= {oldest:UInt64}
            """,
            purpose=write_purpose(),
            project_id=project_id,
            ids=wanted[first : first + IDS_PER_QUERY],
            oldest=OLDEST_OF_SECRET_KEYS,
        )
        found |= {row["id"] for row in settled}
    return found

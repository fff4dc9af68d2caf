"""What can go wrong with the store.

`Unavailable` heals by itself; `Refused` does not, because the statement or the rows are at fault.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import DataError, Error, ProgrammingError
from urllib3.exceptions import HTTPError

# The query itself ran into a limit: the same question over less data may do.
LIMIT_CODES = frozenset({158, 159, 160, 241, 307, 396})
# What passes without a change of the rows: load, space, network, replication, and a schema or an
# account that is not yet in place.
TRANSIENT_CODES = LIMIT_CODES | {
    *(16, 60, 81),  # no such column, table or database: not migrated yet
    *(49, 1000, 1002),  # a fault of the server's own: in its code, in a library, of an unknown kind
    *(74, 75, 76, 243, 1001),  # files: cannot be read, written, opened; no space
    *(164, 242),  # read-only
    *(192, 193, 194, 497, 516),  # the account
    *(198, 201, 202, 203, 209, 210, 279),  # names, quota, too many queries, network
    *(225, 254, 285, 286, 289, 319, 341, 369, 415, 416, 533, 574, 999),  # replication
    *(236, 394, 439, 692, 733, 735, 745),  # aborted, cancelled, overloaded
    252,  # too many parts
}
OF_ALL = "(total)"  # code 241 as well: all queries together have taken the server's memory
TOO_MANY_PARTITIONS = "partitions for single INSERT block"  # code 252 as well, and the rows' fault


class Unavailable(Exception):
    """ClickHouse cannot do it now. Whether an insert took place is unknown: send it again."""


class LimitReached(Unavailable):
    """The query ran into its limit of time, memory or rows."""


class Locked(Unavailable):
    """Another writer has had a trace's lock for too long, which says nothing about ClickHouse."""


class Refused(Exception):
    """ClickHouse will not do it, now or later. The text holds no value of a query or row.

    After an insert, `rows` are the guilty ones; the others handed in with them are stored. `said`
    are the reasons of those that have one of their own, by their id().
    """

    def __init__(self, message: str, rows: list | None = None, said: dict[int, str] | None = None):
        super().__init__(message)
        self.rows = rows or []
        self._said = said or {}

    def reason_of(self, row: object) -> str:
        return self._said.get(id(row), str(self))


@contextmanager
def errors() -> Iterator[None]:
    """Turn what clickhouse-connect raises into Unavailable or Refused."""
    try:
        yield
    except Error as error:
        raise classified(error) from None
    except (HTTPError, OSError) as error:
        raise Unavailable(f"ClickHouse does not answer: {type(error).__name__}.") from None


def classified(error: Error) -> Exception:
    text = str(error)
    if error.code is None:
        if isinstance(error, ProgrammingError | DataError):
            return Refused(masked(text))
        return Unavailable("ClickHouse does not answer.")
    said = f"ClickHouse said {error.name or 'no'} (code {error.code}): {masked(text)}"
    if error.code in LIMIT_CODES and OF_ALL not in text:
        return LimitReached(said)
    if error.code in TRANSIENT_CODES and TOO_MANY_PARTITIONS not in text:
        return Unavailable(said)
    return Refused(said)


def masked(text: str) -> str:
    """Without what stands in quotes: it may be a value, and this text ends up in logs."""
    return re.sub(r"'(?:[^'\\]|\\.)*'?", "'…'", text)[:600]

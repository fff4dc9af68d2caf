"""How many statements of people run at once in a process. A single call of a function may take
longer than the bound of time, at which the engine looks between blocks alone: a statement that
nobody waits for any more keeps its place until the engine is rid of it.
"""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import Error
from urllib3.exceptions import HTTPError

from traces import clickhouse
from traces.errors import Unavailable

MOST = 2  # the other threads of a process serve pages
PATIENCE_SECONDS = 3.0
LOOK_SECONDS, MOST_SECONDS = 1.0, 1800
IS_RUNNING = 216  # what ClickHouse says to a second statement of the same id
_free = threading.BoundedSemaphore(MOST)


class Unanswered(Exception):
    """No answer has come: whether the statement goes on is unknown."""


@contextmanager
def place() -> Iterator[str]:
    """One of the places, and the id for the statement that takes it, which raises Unanswered
    through here where no answer came. Raises Unavailable where none is free.
    """
    if not _free.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable("Other statements are still running.")
    query_id, is_left = uuid.uuid4().hex, False
    try:
        yield query_id
    except Unanswered:
        is_left = True
        threading.Thread(target=_end, args=(query_id,), name="ends SQL", daemon=True).start()
        raise
    finally:
        if not is_left:
            _free.release()


def _end(query_id: str) -> None:
    """Kill the statement, and give its place back once it is gone."""
    until = time.monotonic() + MOST_SECONDS
    try:
        while _goes_on(query_id) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
    finally:
        _free.release()


def _goes_on(query_id: str) -> bool:
    """Asked of the engine under the same id, which two statements cannot have at a time."""
    try:
        client = clickhouse.client()
        client.command(f"KILL QUERY WHERE query_id = '{query_id}' ASYNC")
        client.raw_query("SELECT 1", settings={"query_id": query_id})
    except Error as error:
        return error.code is None or error.code == IS_RUNNING
    except (HTTPError, OSError, Unavailable):
        return True  # the engine is away, or too busy to say
    return False

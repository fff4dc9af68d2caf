"""Two reads of one page at the same time. Most of a short read is the engine making its plan, on
one core, while the other cores have nothing to do.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings

First = TypeVar("First")
Second = TypeVar("Second")

_threads: ThreadPoolExecutor
_spare: threading.BoundedSemaphore


def together(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What both answer; one after the other while many pages read at once.

    `second` may run in another thread, so it asks ClickHouse alone and translates nothing: Postgres
    would get a connection that no request closes, and the page's language is not known there.
    """
    if not _spare.acquire(blocking=False):
        return first(), second()
    later = _threads.submit(second)
    later.add_done_callback(lambda _done: _spare.release())
    return first(), later.result()


def _start() -> None:
    global _threads, _spare
    most = settings.CLICKHOUSE_MOST_READS // 3  # the others are of pages that have none yet
    _threads = ThreadPoolExecutor(max(1, most), thread_name_prefix="read")
    _spare = threading.BoundedSemaphore(most)


_start()
os.register_at_fork(after_in_child=_start)  # the parent's threads are not in the child

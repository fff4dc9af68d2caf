"""Whose turn it is to ask: boards ask for many figures at once, and other pages are not to wait for
them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from traces.errors import Unavailable

# Of the reads that a web process may have, boards take a third at most.
_turns = threading.BoundedSemaphore(max(1, settings.CLICKHOUSE_MOST_READS // 3))

PAGE_PATIENCE = 5.0  # seconds that whoever asks for a whole page or answer waits


class Busy(Unavailable):
    """All turns are taken. Ask again in a moment."""


@contextmanager
def turn(*, patience: float) -> Iterator[None]:
    """Around the questions of one panel. Raises Busy where no turn came in so many seconds: a
    thread that waits serves nobody.
    """
    if not _turns.acquire(timeout=patience):
        raise Busy
    try:
        yield
    finally:
        _turns.release()

"""One thread per web process that finds out when ClickHouse is back and writes back what was held.

Celery's beat does the same, but then a broker that is away would keep data from being seen.
"""

import threading
import time

import structlog
from django.db import Error, close_old_connections

from ingest import late, pipeline
from ingest.drain import Drained, drain
from traces import clickhouse

IDLE_SECONDS = 5.0
DRAIN_SECONDS = 60.0
SLOW_SECONDS = clickhouse.TIMEOUT_SECONDS["write"]

log = structlog.get_logger(__name__)


def start() -> None:
    """Call it in each process that accepts requests, after the fork."""
    threading.Thread(target=run, name="ingest-keeper", daemon=True).start()


def run(stop: threading.Event | None = None) -> None:
    stop = stop or threading.Event()
    while not stop.is_set():
        has_more = False
        try:
            close_old_connections()
            has_more = tend()
        except Exception as error:  # it has to be there when ClickHouse is back
            log.error("keeper_stumbled", error=type(error).__name__)
        stop.wait(0 if has_more else pipeline.circuit.seconds_to_probe() or IDLE_SECONDS)


def tend() -> bool:
    """One round: write back if ClickHouse answers. Whether there is more to do at once."""
    circuit = pipeline.circuit
    is_probe = not circuit.is_closed()
    if is_probe and not circuit.may_probe():
        return False
    began = time.monotonic()
    failure: Exception | None = no_answer() if is_probe else None
    drained = Drained()
    if failure is None:
        # A probe is one group, so that requests are let through as soon as that is stored.
        drained = drained_unless_postgres_is_away(0 if is_probe else DRAIN_SECONDS)
        failure = drained.unavailable
    if failure is None and is_probe and time.monotonic() - began > SLOW_SECONDS:
        # The drain may wait, senders may not: they go on being held until it is faster.
        failure = clickhouse.Unavailable("ClickHouse is slow.")
    if isinstance(failure, clickhouse.Unavailable):
        pipeline.clickhouse_is_away(failure)
        return False
    pipeline.clickhouse_answers()
    return not drained.is_over


def no_answer() -> clickhouse.Unavailable | None:
    """Why ClickHouse does not answer, or None."""
    try:
        clickhouse.ping()
    except clickhouse.Unavailable as error:
        return error
    return None


def drained_unless_postgres_is_away(seconds: float) -> Drained:
    try:
        drained = drain(for_seconds=seconds)
        return late.say_again(for_seconds=seconds) if drained.is_empty else drained
    except Error as error:
        return Drained(unavailable=error)

"""What /metrics counts. All processes that share a data folder count into the same files.

At every acknowledgement: accepted = stored{by="request"} + held + dead-lettered{by="request"}. The
drain then moves what is held: held = stored{by="drain"} + dead-lettered{by="drain"} + what waits.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

if TYPE_CHECKING:
    from ingest.delivery import Delivery

FOLDER = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])  # set in ingest.apps

ACCEPTED = Counter("ingest_accepted", "Records that were acknowledged.")
STORED = Counter("ingest_stored", "Records written to ClickHouse.", ["by"])
HELD = Counter("ingest_held", "Records held in Postgres: ClickHouse or their trace was away.")
NOT_SAID_AGAIN = Counter(
    "ingest_not_said_again", "Log events that a span may have replaced, as Postgres was away."
)
DEAD = Counter("ingest_deadletter", "Records that ClickHouse refuses.", ["by"])
REJECTED = Counter("ingest_rejected", "Records or bodies that were not acknowledged.", ["reason"])
IGNORED = Counter("ingest_ignored", "Records taken for the sender's sake and not kept.", ["signal"])
CIRCUIT_OPENED = Counter("ingest_circuit_opened", "How often ClickHouse stopped answering.")
INSERT_SECONDS = Histogram(
    "ingest_insert_seconds",
    "How long a request waited for ClickHouse.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def accepted(rows: int, delivery: "Delivery", *, adrift: int = 0) -> None:
    """`adrift` of the rows are held because nobody knows their trace yet."""
    ACCEPTED.inc(rows)
    STORED.labels(by="request").inc(delivery.stored)
    HELD.inc(len(delivery.left) + adrift)
    DEAD.labels(by="request").inc(len(delivery.refusals))


def drained(*, stored: int, refused: int) -> None:
    STORED.labels(by="drain").inc(stored)
    DEAD.labels(by="drain").inc(refused)


def rejected(reason: str, count: int = 1) -> None:
    """Count what was turned away. `reason` is one of a few fixed words, never text from outside."""
    REJECTED.labels(reason=reason).inc(count)


def ignored(signal: str, count: int) -> None:
    """Count OpenTelemetry's metrics, and its logs that speak of no span."""
    IGNORED.labels(signal=signal).inc(count)


def exposition(*collectors) -> bytes:
    """What all processes counted and what the collectors add, in Prometheus' text format."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


def forget_earlier_runs() -> None:
    """Counters begin at zero when Sonde starts: call it before the first process that counts."""
    for path in FOLDER.glob("*.db"):
        path.unlink(missing_ok=True)

"""Draining: how fast spans that were acked while ClickHouse stood still become visible."""

import os
import signal
import time
import urllib.request
from dataclasses import dataclass

from tests.bench import ingest
from tests.running_sonde import Stack


@dataclass(frozen=True)
class Drained:
    held_spans: int
    held_rate: float  # spans a second that were acked meanwhile
    seconds: float  # from ClickHouse's return until nothing is held

    @property
    def rate(self) -> float:
        return self.held_spans / self.seconds


def hold_and_drain(stack: Stack, *, seconds: float, connections: int) -> Drained:
    """Stop ClickHouse under full load for so long, end the load, and let it go on."""
    keys = (stack.public_key, stack.secret_key)
    group = stack.pids()["clickhouse"]
    os.killpg(group, signal.SIGSTOP)
    try:
        load = ingest.load(
            stack.url, keys, seconds=seconds, connections=connections, traces_a_request=100
        )
        held = held_rows(stack)
    finally:
        os.killpg(group, signal.SIGCONT)
    began = time.monotonic()
    stack.wait_for(lambda: held_rows(stack) == 0, "held batches to be drained")
    return Drained(held, load.rate, time.monotonic() - began)


def held_rows(stack: Stack) -> int:
    with urllib.request.urlopen(f"{stack.url}/metrics", timeout=30) as answer:
        told = answer.read().decode()
    [line] = [line for line in told.splitlines() if line.startswith("ingest_held_rows ")]
    return int(float(line.split()[1]))

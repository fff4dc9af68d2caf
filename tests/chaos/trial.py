"""One trial: load, a fault, recovery, and what was promised compared with what was kept."""

import random
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.chaos.check import Verdict, check
from tests.chaos.faults import Fault
from tests.chaos.ledger import Ledger
from tests.chaos.load import Connection, Load
from tests.running_sonde import Stack


@dataclass(frozen=True)
class Outcome:
    name: str
    seed: int
    seconds: float  # of load
    verdict: Verdict
    statuses: dict[int, int]
    surprises: dict[str, int]
    ack_ms_p50: float
    ack_ms_p99: float
    ack_ms_max: float
    drain_seconds: float  # from the end of the load until nothing is held

    def __str__(self) -> str:
        return f"{self.name}, seed {self.seed}: {self.verdict}, answers {self.statuses}"


class Trials:
    """Trials on one Sonde with one ledger: every check looks at all that was ever sent to it."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self.ledger = Ledger(folder / "ledger.jsonl")
        environment = psutil.Process(stack.pids()["web"]).environ()
        self.clickhouse_url = environment["CLICKHOUSE_URL"]
        self.keys = (stack.public_key, stack.secret_key)

    def connection(self) -> Connection:
        return Connection(self.stack.url, self.keys)

    def wait_until_drained(self) -> None:
        self.stack.wait_until_ready()
        self.stack.wait_for(lambda: held_rows(self.stack) == 0, "held batches to be drained")

    def close(self) -> None:
        self.ledger.close()

    def run(self, name: str, fault: Fault, *, seed: int, senders: int = 6) -> Outcome:
        began = time.monotonic()
        with Load(self.stack.url, self.keys, self.ledger, senders=senders, seed=seed) as load:
            fault(self.stack, random.Random(seed))
            time.sleep(1)
            ended = time.monotonic()
        self.wait_until_drained()
        tally = load.tally
        return Outcome(
            name=name,
            seed=seed,
            seconds=round(ended - began, 1),
            verdict=check(self.ledger, self.clickhouse_url, self.stack.project_id),
            statuses=dict(sorted(tally.statuses.items())),
            surprises=dict(tally.surprises),
            ack_ms_p50=tally.percentile(0.5),
            ack_ms_p99=tally.percentile(0.99),
            ack_ms_max=tally.percentile(1),
            drain_seconds=round(time.monotonic() - ended, 1),
        )


def held_rows(stack: Stack) -> float | None:
    """None while web is just being started again, or Postgres is."""
    try:
        with urllib.request.urlopen(f"{stack.url}/metrics", timeout=30) as answer:
            told = answer.read().decode()
    except OSError:
        return None
    found = [line for line in told.splitlines() if line.startswith("ingest_held_rows ")]
    return float(found[0].split()[1]) if found else None

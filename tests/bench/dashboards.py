"""What the panels of the ready-made boards cost over 30 days, each drawn as its fragment draws it.

    python tests/bench/dashboards.py --project bench     JSON, of the Sonde that runs

The first time counts too: a process that was just started looks at the hours once. The time that
the page's template and the network take is not in it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import psutil  # noqa: E402

from tests.bench.report import Figure  # noqa: E402

ROUNDS = 20
BUDGET_MS = 600
DAYS = 30
ZONE = "Asia/Seoul"


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of drawing a panel: the first time, then the median and the 95th percentile of
    ROUNDS; of processor time, of the engine and of who draws, each time on average. `statements` go
    to ClickHouse each time.
    """

    first: float
    p50: float
    p95: float
    processor: float
    statements: float

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms, first {self.first:.0f} ms; processor"
            f" {self.processor:.0f} ms, {self.statements:.3g} statements"
        )


Found = Mapping[str, Took | None]  # None where a panel has no answer


def panels(project_id: str) -> dict[str, Callable[[], object]]:
    """How each panel is drawn, by its board and key, compared with the time before."""
    from accounts.models import Project
    from dashboards.boards.panel import Scope
    from dashboards.boards.registry import boards
    from traces.queries.filters import DAY

    project, now = Project.objects.get(id=project_id), time.time_ns()
    found: dict[str, Callable[[], object]] = {}
    for board in boards():
        scope = Scope(
            project=project,
            since=now - DAYS * DAY,
            until=now,
            zone=ZONE,
            by=board.dimension(""),
        )
        for panel in board.panels:
            found[f"{board.key}: {panel.key}"] = lambda d=panel.draw, s=scope: d(s)
    return found


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Those that this process sends to ClickHouse."""
    from clickhouse_connect.driver.client import Client

    sent: list[str] = []
    query = Client.query

    def counting(client: Client, sql: str, *rest: Any, **more: Any) -> object:
        sent.append(sql)
        return query(client, sql, *rest, **more)

    with mock.patch.object(Client, "query", counting):
        yield sent


def processor_seconds(engine: psutil.Process) -> float:
    """Of the engine and of this process so far."""
    together = [psutil.Process(), engine, *engine.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in together)


def measured(project_id: str, engine: psutil.Process, only: str = "") -> Found:
    """Every panel, or those whose name holds `only`."""
    wanted = {what: draw for what, draw in panels(project_id).items() if only in what}
    return {what: _took(draw, engine) for what, draw in wanted.items()}


def _took(draw: Callable[[], object], engine: psutil.Process) -> Took | None:
    from traces.errors import Unavailable
    from traces.queries.metrics import Unanswerable

    try:
        first = _milliseconds(draw)
        before = processor_seconds(engine)
        with counted_statements() as sent:
            rounds = sorted(_milliseconds(draw) for _round in range(ROUNDS))
    except (Unanswerable, Unavailable):
        return None
    return Took(
        first=first,
        p50=statistics.median(rounds),
        p95=rounds[round(ROUNDS * 0.95) - 1],
        processor=(processor_seconds(engine) - before) * 1000 / ROUNDS,
        statements=len(sent) / ROUNDS,
    )


def _milliseconds(draw: Callable[[], object]) -> float:
    began = time.perf_counter()
    draw()
    return (time.perf_counter() - began) * 1000


def found_of(project_id: str, folder: Path) -> Found:
    """In a process of its own, with the store of the Sonde in the folder."""
    argv = [sys.executable, __file__, "--project", project_id]
    environment = {**os.environ, "SONDE_DATA_DIR": str(folder)}
    done = subprocess.run(
        argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    told = json.loads(done.stdout)
    return {what: took and Took(**took) for what, took in told.items()}


def figures(found: Found) -> list[Figure]:
    """The slowest first, which the budget is for, then each panel."""
    timed = {what: took for what, took in found.items() if took}
    slowest = max(timed, key=lambda what: timed[what].p95)
    words = f"p50 {timed[slowest].p50:.0f} ms, p95 {timed[slowest].p95:.0f} ms: {slowest}"
    if unanswered := [what for what, took in found.items() if not took]:
        words += f"; without an answer: {', '.join(unanswered)}"
    lines = [Figure(what, "", str(took or "too much")) for what, took in found.items()]
    return [Figure("the slowest panel", f"< {BUDGET_MS} ms", words), *lines]


def growth(small: Found, large: Found) -> list[Figure]:
    """Each panel's time and work at the larger size beside the smaller."""
    return [
        Figure(what, "", _grown(before, after))
        for what, after in large.items()
        if after and (before := small.get(what))
    ]


def _grown(before: Took, after: Took) -> str:
    return (
        f"{before.p50:.0f} → {after.p50:.0f} ms, {after.p50 / before.p50:.1f} times; processor"
        f" {before.processor:.0f} → {after.processor:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", default="bench")
    parser.add_argument("--only", default="", help="panels whose board or key hold this")
    arguments = parser.parse_args()

    from embedded import launch_environment

    launch_environment.attach(os.environ)
    import django

    django.setup()
    pids = json.loads((Path(os.environ["SONDE_DATA_DIR"]) / "processes.json").read_text())
    engine = psutil.Process(pids["clickhouse"])
    found = measured(arguments.project, engine, arguments.only)
    print(json.dumps({what: took and asdict(took) for what, took in found.items()}, indent=1))


if __name__ == "__main__":
    main()

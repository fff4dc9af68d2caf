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
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.bench.report import Figure  # noqa: E402

ROUNDS = 5
BUDGET_MS = 600
DAYS = 30
ZONE = "Asia/Seoul"


def panels(project_id: str) -> dict[str, Callable[[], object]]:
    """How each panel is drawn, by its board and key, compared with the time before."""
    from accounts.models import Project
    from dashboards.boards.panel import Scope
    from dashboards.boards.registry import boards
    from traces.queries.filters import DAY

    project, now = Project.objects.get(id=project_id), time.time_ns()
    found = {}
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


def measured(project_id: str) -> dict[str, list[float]]:
    """Milliseconds of each panel: the first time, then the median and the worst of ROUNDS; nothing
    of one that has no answer.
    """
    from traces.queries.metrics import Unanswerable

    found: dict[str, list[float]] = {}
    for what, draw in panels(project_id).items():
        took = []
        try:
            for _round in range(ROUNDS + 1):
                began = time.perf_counter()
                draw()
                took.append((time.perf_counter() - began) * 1000)
        except Unanswerable:
            found[what] = []
            continue
        found[what] = [took[0], statistics.median(took[1:]), max(took[1:])]
    return found


def figures(project_id: str, folder: Path) -> list[Figure]:
    """In a process of its own, with the store of the Sonde in the folder."""
    argv = [sys.executable, __file__, "--project", project_id]
    environment = {**os.environ, "SONDE_DATA_DIR": str(folder)}
    done = subprocess.run(
        argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return told(json.loads(done.stdout))


def told(found: dict[str, list[float]]) -> list[Figure]:
    """The slowest first, which the budget is for, then each panel."""
    slowest = max((what for what in found if found[what]), key=lambda what: found[what][1])
    lines = [
        Figure(
            what,
            "",
            f"p50 {took[1]:.0f} ms, slowest {took[2]:.0f} ms, first {took[0]:.0f} ms"
            if took
            else "too much for one query",
        )
        for what, took in found.items()
    ]
    unanswered = [what for what, took in found.items() if not took]
    words = f"p50 {found[slowest][1]:.0f} ms: {slowest}"
    if unanswered:
        words += f"; without an answer: {', '.join(unanswered)}"
    return [Figure("the slowest panel", f"< {BUDGET_MS} ms", words), *lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", default="bench")
    arguments = parser.parse_args()

    from embedded import launch_environment

    launch_environment.attach(os.environ)
    import django

    django.setup()
    print(json.dumps(measured(arguments.project), indent=1))


if __name__ == "__main__":
    main()

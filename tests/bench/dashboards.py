"""What the questions behind panels of dashboards cost over 30 days, asked of the layer itself.

    python tests/bench/dashboards.py --project bench     JSON, of the Sonde that runs

The first time counts too: a process that was just started looks at the hours once.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.bench.report import Figure  # noqa: E402

ROUNDS = 10
BUDGET_MS = 600
DAYS = 30


def panels() -> dict[str, dict]:
    """What is asked, by what a panel shows."""
    from traces.queries.metrics import Measure
    from traces.search.grammar import parsed

    percentiles = tuple(Measure("latency", one) for one in ("p50", "p95", "p99"))
    calls = parsed("type:GENERATION").terms
    failed = parsed("level:ERROR").terms
    day = {"bucket": "day", "zone": "Asia/Seoul"}
    return {
        "spans and errors a day": {"measures": (Measure("count"), Measure("errors")), **day},
        "p50, p95 and p99 of latency a day": {"measures": percentiles, **day},
        "p50, p95 and p99 of model calls": {"measures": percentiles, "terms": calls, **day},
        "first token and speed a day": {
            "measures": (Measure("ttft", "p95"), Measure("tokens_per_second", "p50")),
            **day,
        },
        "tokens a day, cached and reasoning apart": {
            "measures": tuple(
                Measure(name)
                for name in ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
            ),
            **day,
        },
        "cost a day by model": {"measures": (Measure("cost"),), "by": ("model",), **day},
        "cost a day by user, the ten dearest": {
            "measures": (Measure("cost"),),
            "by": ("user",),
            **day,
        },
        "cost by user": {"measures": (Measure("cost"), Measure("count")), "by": ("user",)},
        "cost by a key of the metadata": {
            "measures": (Measure("cost"),),
            "by": ("metadata.tenant",),
        },
        "cost by model and environment": {
            "measures": (Measure("cost"),),
            "by": ("model", "environment"),
        },
        "errors by type": {"measures": (Measure("errors"),), "by": ("status",), "terms": failed},
        "heat map of latency": {"measures": (Measure("latency", "histogram"),), **day},
        "users and sessions a day": {
            "measures": (Measure("users"), Measure("sessions")),
            **day,
        },
        "traces: how many, p95 and cost a day": {
            "view": "traces",
            "measures": (Measure("count"), Measure("latency", "p95"), Measure("cost")),
            **day,
        },
        "traces: the ten dearest": {
            "view": "traces",
            "measures": (Measure("cost"),),
            "by": ("trace",),
            "rest": False,
        },
    }


def measured(project_id: str) -> dict[str, list[float]]:
    """Milliseconds of each question: the first time, then the median and the worst of ROUNDS."""
    from traces.queries.filters import DAY
    from traces.queries.metrics import Question, Unanswerable, ask

    now = time.time_ns()
    found = {}
    for what, asked in panels().items():
        took = []
        for _round in range(ROUNDS + 1):
            began = time.perf_counter()
            try:
                ask(Question(project_id=project_id, since=now - DAYS * DAY, until=now, **asked))
            except Unanswerable:
                break
            took.append((time.perf_counter() - began) * 1000)
        found[what] = [took[0], statistics.median(took[1:]), max(took[1:])] if took[1:] else []
    return found


def figures(project_id: str, folder: Path) -> list[Figure]:
    """In a process of its own, with the store of the Sonde in the folder."""
    argv = [sys.executable, __file__, "--project", project_id]
    environment = {**os.environ, "SONDE_DATA_DIR": str(folder)}
    done = subprocess.run(
        argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return [
        Figure(
            what,
            f"< {BUDGET_MS} ms",
            f"p50 {took[1]:.0f} ms, slowest {took[2]:.0f} ms, first {took[0]:.0f} ms"
            if took
            else "too much for one query",
        )
        for what, took in json.loads(done.stdout).items()
    ]


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

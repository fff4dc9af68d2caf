"""Judging: how many judgements a minute, with the workers as they are shipped and a provider on
loopback that answers after 300 ms, and what processor time of Sonde each takes.

    python tests/bench/judging.py                  a Sonde of its own
    python tests/bench/judging.py --at-once 8 64   calls at a time, by connection (8 is the default)
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.bench.checks import processor_seconds  # noqa: E402
from tests.bench.machine import machine  # noqa: E402
from tests.bench.report import Figure, table  # noqa: E402
from tests.running_sonde import Stack  # noqa: E402

JUDGEMENTS = 300
ANSWERS_AFTER_SECONDS = 0.3
PATIENCE_SECONDS = 150
ANSWER = json.dumps(
    {
        "id": "c",
        "model": "gpt-4o-mini",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {
                    "role": "assistant",
                    "content": json.dumps({"reasoning": "It says so. " * 20, "score": 0.5}),
                },
            }
        ],
        "usage": {"prompt_tokens": 400, "completion_tokens": 60, "total_tokens": 460},
    }
).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(ANSWERS_AFTER_SECONDS)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        pass


def judged(project_id: str, url: str, at_once: int) -> dict[str, float]:
    """With the store of the Sonde that runs: seconds from the first judgement's start to the last
    one's end, and how many were done.
    """
    from django.db.models import Max, Min

    from accounts.models import Project
    from evals.judges import evaluators, finding, tasks
    from evals.judges.models import Pace, Status
    from llm.connections import Wish, save
    from llm.models import LlmConnection

    project = Project.objects.get(id=project_id)
    name = uuid.uuid4().hex[:8]
    wish = Wish(name=name, protocol="openai", base_url=url, key="sk-bench", model_names=["m"])
    connection = save(LlmConnection(project=project), wish)
    Pace.objects.create(connection=connection, per_minute=100_000, at_once=at_once)
    draft = evaluators.Draft(
        messages=[{"role": "user", "content": "Question: {{question}}\nAnswer: {{answer}}"}],
        mapping={"question": {"source": "input"}, "answer": {"source": "output"}},
        output={"kind": "numeric", "min": 0, "max": 1},
        connection=connection,
        model="gpt-4o-mini",
    )
    evaluator = evaluators.create(project, name, draft)
    targets = stored_traces(project_id, name)
    finding.make(evaluator.versions.get(), targets)
    tasks.hand_over()
    ends = time.monotonic() + PATIENCE_SECONDS
    while evaluator.executions.exclude(status=Status.DONE).exists() and time.monotonic() < ends:
        time.sleep(0.25)
    done = evaluator.executions.filter(status=Status.DONE)
    took = done.aggregate(first=Min("started_at"), last=Max("finished_at"))
    seconds = (took["last"] - took["first"]).total_seconds()
    return {"done": done.count(), "seconds": seconds}


def stored_traces(project_id: str, name: str) -> list[tuple[str, str]]:
    from traces.records import Span
    from traces.writer import insert_spans

    start = time.time_ns() - 600 * 10**9
    rows = [
        Span(project_id, f"{name}{number:024}", f"{number:016}", start + number,
             end_time=start + number + 10**9, is_root=True, version=1, received_at=start,
             input="How long does shipping take? " * 20, output="Three days. " * 40)
        for number in range(JUDGEMENTS)
    ]  # fmt: skip
    insert_spans(rows)
    return [(row.trace_id, "") for row in rows]


def figures(stack: Stack, url: str, at_once: int) -> list[Figure]:
    argv = [sys.executable, __file__, "--project", stack.project_id, "--url", url]
    before = processor_seconds(stack)
    done = subprocess.run(
        [*argv, "--at-once", str(at_once)],
        cwd=ROOT,
        env={**os.environ, "SONDE_DATA_DIR": str(stack.folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    used = processor_seconds(stack) - before
    found = json.loads(done.stdout.splitlines()[-1])
    rate = found["done"] / found["seconds"] * 60
    most = at_once / ANSWERS_AFTER_SECONDS * 60
    return [
        Figure(
            f"judgements a minute, {at_once} calls at a time",
            "",
            f"{rate:,.0f} of {most:,.0f} that the provider allows; "
            f"{found['done']:.0f} of {JUDGEMENTS} done",
        ),
        Figure(
            "processor time a judgement, all of Sonde's processes",
            "",
            f"{used / max(1, found['done']) * 1e3:.0f} ms",
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--at-once", type=int, nargs="+", default=[8, 64])
    parser.add_argument("--project")
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.project:
        from embedded import launch_environment

        launch_environment.attach(os.environ)
        import django

        django.setup()
        print(json.dumps(judged(options.project, options.url, options.at_once[0])))
        return
    about = machine()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    opened = {"SONDE_OUTBOUND_LLM_NETWORKS": "127.0.0.1/32"}
    made: list[Figure] = []
    with (
        tempfile.TemporaryDirectory(prefix="sonde-bench-") as folder,
        Stack(Path(folder), **opened) as stack,
    ):
        for at_once in options.at_once:
            made += figures(stack, url, at_once)
    server.shutdown()
    print(f"{about}\n\n{table(made)}")


if __name__ == "__main__":
    main()

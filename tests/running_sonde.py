"""The whole product as `manage.py up` runs it, on data of its own, for tests to use and break."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from embedded import spawn
from embedded.probe import free_port, http_get

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 180
# Kept between runs, because compressing the files takes longer than all the rest of a first start.
STATIC = ROOT / ".cache" / "static"
ANSWERS_ARE_GOOD_FOR_SECONDS = 1.1  # ingest.health says 1.0
EMAIL = "owner@example.org"
# What the test run itself set, and what would point the product at other data.
NOT_INHERITED = ("SONDE_", "LANGFUSE_", "PROMETHEUS_", "PYTEST_", "TEST_")
NOT_INHERITED += ("DATABASE_URL", "CLICKHOUSE_URL", "VALKEY_URL", "DJANGO_SETTINGS_MODULE")


class Stack:
    """A running Sonde. What is killed comes back by itself; `wait_until_ready` waits for that."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder / "data"
        self.output = folder / "output"
        self.port = free_port("127.0.0.1")
        self.url = f"http://127.0.0.1:{self.port}"
        self.public_key = f"pk-lf-{secrets.token_hex(12)}"
        self.secret_key = f"sk-lf-{secrets.token_hex(24)}"
        self.project_id = f"project-{secrets.token_hex(6)}"
        self.email, self.password = EMAIL, secrets.token_urlsafe(12)
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)},
            "SONDE_DATA_DIR": str(self.folder),
            "SONDE_PORT": str(self.port),
            "SONDE_STATIC_ROOT": str(STATIC),
            "SONDE_INIT_PROJECT_ID": self.project_id,
            "SONDE_INIT_PROJECT_PUBLIC_KEY": self.public_key,
            "SONDE_INIT_PROJECT_SECRET_KEY": self.secret_key,
            "SONDE_INIT_USER_EMAIL": self.email,
            "SONDE_INIT_USER_PASSWORD": self.password,
            **environment,
        }
        self.process: subprocess.Popen | None = None
        self.harmed_at = float("-inf")

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> float:
        """Start it, and wait until it says that it is ready; returns after how many seconds."""
        began = time.monotonic()
        argv = [sys.executable, str(ROOT / "manage.py"), "up"]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                spawn.command(argv, death_signal=signal.SIGTERM),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            self.wait_for(self.has_said_ready, "make up to be ready")
        except BaseException:
            self.stop()
            raise
        return time.monotonic() - began

    def has_said_ready(self) -> bool:
        return "Sonde is ready at" in self.output.read_text()

    def stop(self) -> int:
        """As Ctrl-C does; returns the exit code."""
        self.process.send_signal(signal.SIGINT)  # does nothing to one that has ended
        return self.process.wait(PATIENCE_SECONDS)

    def pids(self) -> dict[str, int]:
        """Who runs: supervisor, postgres, clickhouse, valkey, web (the master), worker, beat."""
        return json.loads((self.folder / "processes.json").read_text())

    def web_workers(self) -> list[int]:
        """The processes of gunicorn that answer requests."""
        return [child.pid for child in psutil.Process(self.pids()["web"]).children()]

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process by its name; returns the number it had."""
        pid = self.pids()[name]
        os.kill(pid, number)
        self.harmed_at = time.monotonic()
        return pid

    def kill_all_of_web(self) -> None:
        """The master and its workers, at one blow."""
        os.killpg(self.pids()["web"], signal.SIGKILL)
        self.harmed_at = time.monotonic()

    def is_ready(self) -> bool:
        """By an answer from after the last kill: each web process repeats its latest one."""
        if time.monotonic() - self.harmed_at < ANSWERS_ARE_GOOD_FOR_SECONDS:
            return False
        answer = http_get("127.0.0.1", self.port, "/readyz")
        return answer is not None and answer[0] == 200

    def wait_until_ready(self) -> None:
        self.wait_for(self.is_ready, "/readyz to say 200")

    def wait_for(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert self.process.poll() is None, f"manage.py up ended:\n{self.logs()}"
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.logs()}"
            time.sleep(0.05)

    def logs(self, characters: int = 3000) -> str:
        paths = [self.output, *sorted((self.folder / "logs").glob("*.log"))]
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-characters:]}" for path in paths
        )

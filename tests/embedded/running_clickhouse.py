"""The embedded ClickHouse in a process of its own, for tests to use, stop and kill."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import clickhouse_connect
import psutil
import urllib3
from clickhouse_connect.driver.client import Client

from embedded.clickhouse import command

PASSWORD = "correct horse"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ClickHouse:
    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.http = urllib3.PoolManager(
            headers=urllib3.make_headers(basic_auth=f"default:{PASSWORD}"), retries=False
        )

    def spawn(self) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            command(self.folder, self.port, PASSWORD),
            env={**os.environ, **self.environment},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self.process

    def start(self) -> float:
        """Returns the seconds until it was ready."""
        began = time.monotonic()
        process = self.spawn()
        while time.monotonic() - began < 30:
            if process.poll() is not None:
                raise AssertionError(f"did not start: {process.communicate()[1]}")
            if self.is_ready():
                return time.monotonic() - began
            time.sleep(0.02)
        raise AssertionError("not ready after 30 s")

    def is_ready(self) -> bool:
        try:
            return self.http.request("GET", f"{self.url}/ping", timeout=2).data == b"Ok.\n"
        except urllib3.exceptions.HTTPError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> list[psutil.Process]:
        """One, or none while a dead one is being replaced."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children()

    def stop(self) -> tuple[str, str]:
        """What it printed."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=15)

    def kill(self) -> None:
        """kill -9 for both processes, as the out-of-memory killer or a lost machine would."""
        assert self.process is not None
        workers = self.workers
        for worker in workers:
            worker.kill()
        self.process.kill()
        self.process.communicate()
        psutil.wait_procs(workers, timeout=10)

    def client(self, **options: Any) -> Client:
        options = {"username": "default", "password": PASSWORD, **options}
        options.setdefault("autogenerate_session_id", False)
        return clickhouse_connect.get_client(host="127.0.0.1", port=self.port, **options)

    def post(
        self, body: bytes = b"", headers: dict[str, str] | None = None, **parameters: Any
    ) -> urllib3.BaseHTTPResponse:
        """A plain HTTP request, for what clickhouse-connect would not send."""
        return self.http.request(
            "POST",
            f"{self.url}/?{urlencode(parameters)}",
            body=body,
            headers={**self.http.headers, **(headers or {})},
            timeout=30,
        )

"""Prompts: how long a program waits for one, with eight asking at once."""

import base64
import http.client
import json
import random
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from tests.bench.report import Figure

TEXT = "You are a kind assistant of {{company}}. " * 50  # 2 KB, as system prompts are
API = "/api/public/v2/prompts"


@dataclass
class Waits:
    """Seconds from the first byte sent to the whole answer."""

    seconds: float
    latencies: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, q: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * q))] * 1000


class Program(threading.Thread):
    """One kept-alive connection that asks for prompt after prompt until the deadline."""

    def __init__(self, url: str, headers: dict[str, str], paths: list[str], pause: float) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.headers, self.paths, self.pause = headers, paths, pause
        self.deadline = 0.0
        self.latencies: list[float] = []

    def run(self) -> None:
        number = 0
        while time.monotonic() < self.deadline:
            path = self.paths[number % len(self.paths)]
            number += 1
            began = time.perf_counter()
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
            answer.read()
            self.latencies.append(time.perf_counter() - began)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            time.sleep(random.uniform(0, 2 * self.pause))  # or all would come at once


def made(url: str, keys: tuple[str, str], count: int) -> list[str]:
    """So many prompts in production; returns their paths."""
    names = [f"bench/{secrets.token_hex(6)}" for _ in range(count)]
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    for name in names:
        body = json.dumps({"name": name, "prompt": TEXT, "labels": ["production"]})
        connection.request("POST", API, body, authorization(keys))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{name}: {answer.status}")
    return [f"{API}/{quote(name, safe='')}" for name in names]


def authorization(keys: tuple[str, str]) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(":".join(keys).encode()).decode()}


def load(
    url: str,
    keys: tuple[str, str],
    paths: list[str],
    *,
    clients: int,
    seconds: float,
    pause: float = 0.0,
) -> Waits:
    """Every client goes round the paths, each from a place of its own; `pause` seconds between
    its requests on average.
    """
    headers = authorization(keys)
    programs = []
    for number in range(clients):
        first = number * len(paths) // clients
        programs.append(Program(url, headers, paths[first:] + paths[:first], pause))
    began = time.monotonic()
    for program in programs:
        program.deadline = began + seconds
        program.start()
    for program in programs:
        program.join()
    took = time.monotonic() - began
    return Waits(took, [wait for program in programs for wait in program.latencies])


def figures(url: str, keys: tuple[str, str], clients: int, seconds: float) -> list[Figure]:
    """The budget is for programs that ask as programs do, not for all that the machine can take."""
    paths = made(url, keys, 200)
    loads = (
        ("the first get of each of 200 prompts, nothing remembered", "", 1, 2.0, 0.0),
        ("get a prompt, a program alone", "p99 < 20 ms", 1, 10.0, 0.0),
        (f"get a prompt, {clients} programs without a pause", "", clients, seconds, 0.0),
        (f"get a prompt, {clients} programs, each 20 times a second", "p99 < 20 ms", clients,
         seconds, 0.05),
    )  # fmt: skip
    found = []
    for what, budget, number, length, pause in loads:
        waits = load(url, keys, paths, clients=number, seconds=length, pause=pause)
        p50, p99 = (waits.percentile_ms(q) for q in (0.5, 0.99))
        told = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, {waits.rate:,.0f} a second"
        found.append(Figure(what, budget, told))
    return found

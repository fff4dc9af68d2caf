"""Checks at ingest: what of its speed the usual set costs, and whether every span got its scores.

Loads with the set off and on take turns in one run, so that whatever else the machine does falls on
both. Processor time a span is told beside the speed: it moves less when the machine is busy.
"""

import re
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from evals.checks.usual import USUAL
from tests.bench import ingest
from tests.bench.pages import Browser
from tests.bench.report import Figure
from tests.running_sonde import Stack

ROUNDS = 3
KNOWN_SECONDS = 6  # until every process knows what is on: evals.checks.enabled reads it every 5 s
WRITTEN_SECONDS = 4  # until all scores are: evals.checks.waiting gathers them for 2 s


@dataclass(frozen=True)
class Turn:
    """One load. The latencies are of acknowledgements."""

    run: ingest.Run
    processor_us: float  # of all of Sonde's processes, for each span


def figures(
    stack: Stack, scores: Callable[[], int], *, connections: int, seconds: float
) -> list[Figure]:
    """`scores` counts those that the project has."""
    browser = Browser(stack.url, stack.email, stack.password)
    page = f"/projects/{stack.project_id}/checks"
    post(browser, page, f"{page}/usual", {})
    turns: dict[bool, list[Turn]] = {False: [], True: []}
    turn(stack, connections, 5)  # warm
    time.sleep(WRITTEN_SECONDS)
    before = scores()
    for _ in range(ROUNDS):
        for is_on in (False, True):
            switch(browser, page, is_on=is_on)
            turns[is_on].append(turn(stack, connections, seconds))
    time.sleep(WRITTEN_SECONDS)
    return told(turns, scores() - before)


def told(turns: dict[bool, list[Turn]], written: int) -> list[Figure]:
    off, on = ([one.run.rate for one in turns[is_on]] for is_on in (False, True))
    used_off, used_on = (
        statistics.mean(one.processor_us for one in turns[is_on]) for is_on in (False, True)
    )
    acked = sum(one.run.acked_spans for one in turns[True])
    wanted = acked * 3 // 8 * len(USUAL)  # three of a trace's eight spans are calls of a model
    late = [one.run.percentile(0.99) * 1e3 for one in turns[True]]
    early = [one.run.percentile(0.99) * 1e3 for one in turns[False]]
    return [
        Figure(
            f"ingest with the usual checks on, {ROUNDS} loads in turn with as many without",
            "≤ 15 % slower",
            f"{1 - statistics.mean(on) / statistics.mean(off):.1%} slower: "
            f"{statistics.mean(on):,.0f} spans/s instead of {statistics.mean(off):,.0f}",
        ),
        Figure(
            "processor time a span, all of Sonde's processes",
            "",
            f"{used_on:.0f} µs instead of {used_off:.0f} ({used_on / used_off - 1:+.1%})",
        ),
        Figure(
            "ack p99 at full load, 800 spans a request",
            "",
            f"{statistics.mean(late):.0f} ms instead of {statistics.mean(early):.0f}",
        ),
        Figure(
            f"scores written {WRITTEN_SECONDS} s after the last load",
            "all",
            f"{written:,} of {wanted:,}",
        ),
    ]


def turn(stack: Stack, connections: int, seconds: float) -> Turn:
    keys = (stack.public_key, stack.secret_key)
    before = processor_seconds(stack)
    run = ingest.load(
        stack.url, keys, seconds=seconds, connections=connections, traces_a_request=100
    )
    used = processor_seconds(stack) - before
    return Turn(run, used / max(1, run.acked_spans) * 1e6)


def processor_seconds(stack: Stack) -> float:
    supervisor = psutil.Process(stack.pids()["supervisor"])
    times = [one.cpu_times() for one in [supervisor, *supervisor.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def switch(browser: Browser, page: str, *, is_on: bool) -> None:
    """And wait until every process knows."""
    ids = re.findall(r"/checks/(\d+)/switch", browser.get(page).decode())
    for one in ids:
        post(browser, page, f"{page}/{one}/switch", {"on": str(int(is_on))})
    time.sleep(KNOWN_SECONDS)


def post(browser: Browser, page: str, path: str, said: dict[str, str]) -> None:
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).decode())
    form = {**said, "csrfmiddlewaretoken": token[1]}
    data = urllib.parse.urlencode(form).encode()
    headers = {"Referer": browser.url + page}
    browser.opener.open(urllib.request.Request(browser.url + path, data, headers)).read()

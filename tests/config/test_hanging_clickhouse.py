"""On the real server: while ClickHouse hangs, readers take nothing from those who send."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

READS = 64  # there are two processes with 16 threads each
SENDERS_GIVE_UP_AFTER_SECONDS = 10.0


def asked(stack, auth, path: str, body: bytes | None = None) -> tuple[int, float]:
    """The status of the answer, and after how many seconds it came."""
    headers = {**auth(stack), "Content-Type": "application/json"}
    request = urllib.request.Request(stack.url + path, data=body, headers=headers)
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, time.monotonic() - began


def batch(number: int) -> bytes:
    span = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "sent while ClickHouse hangs",
        "startTimeUnixNano": str(time.time_ns()),
        "endTimeUnixNano": str(time.time_ns()),
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def test_readers_of_a_clickhouse_that_hangs_keep_no_sender_waiting(stack, auth):
    stack.wait_until_ready()
    assert asked(stack, auth, "/api/public/traces")[0] == 200
    group = stack.pids()["clickhouse"]
    os.killpg(group, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(READS) as readers:
            reads = [readers.submit(asked, stack, auth, "/api/public/traces") for _ in range(READS)]
            sent = [asked(stack, auth, "/v1/traces", batch(number)) for number in range(1, 9)]
        assert {status for status, _ in sent} == {200}
        assert max(seconds for _, seconds in sent) < SENDERS_GIVE_UP_AFTER_SECONDS
        assert {read.result()[0] for read in reads} == {503}
        assert max(read.result()[1] for read in reads) < 30  # nobody waits for two time-outs
    finally:
        os.killpg(group, signal.SIGCONT)
    stack.wait_until_ready()
    stack.wait_for(
        lambda: asked(stack, auth, f"/api/public/traces/{1:032x}")[0] == 200, "what was sent"
    )
    # Each web process finds out for itself, and holds what comes until then: leave no test to that.
    numbers = iter(range(100, 10_000))
    stack.wait_for(
        lambda: all(is_read_at_once(stack, auth, next(numbers)) for _ in range(12)),
        "both web processes to store at once again",
    )


def is_read_at_once(stack, auth, number: int) -> bool:
    assert asked(stack, auth, "/v1/traces", batch(number))[0] == 200
    return asked(stack, auth, f"/api/public/traces/{number:032x}")[0] == 200

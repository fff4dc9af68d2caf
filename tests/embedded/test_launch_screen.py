"""The command that the first start prints, as a person pastes it into a shell, perhaps later."""

import json
import os
import subprocess
import time

from embedded.launch_screen import snippet

KEYS = {"public_key": "pk-lf-1", "secret_key": "sk-lf-1"}


def sent_by(command: str, folder) -> dict:
    """The span that the command posts, with a curl that only writes down what it was given."""
    curl = folder / "curl"
    curl.write_text('#!/bin/sh\nfor last; do :; done\nprintf %s "$last" > "$SENT"\n')
    curl.chmod(0o700)
    sent = folder / "sent.json"
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "SENT": str(sent)}
    subprocess.run(["sh", "-euc", command], env=environment, check=True, timeout=60)
    [resource] = json.loads(sent.read_text())["resourceSpans"]
    return resource["scopeSpans"][0]["spans"][0]


def test_the_printed_command_sends_a_trace_of_now_and_another_each_time(tmp_path):
    command = snippet("http://127.0.0.1:8000", KEYS)
    before = int(time.time()) * 10**9
    spans = [sent_by(command, tmp_path) for _time in range(2)]
    after = time.time_ns()
    for span in spans:
        start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
        assert before <= start <= after and 0 < end - start < 10**9
        assert len(bytes.fromhex(span["traceId"])) == 16
        assert len(bytes.fromhex(span["spanId"])) == 8
    assert spans[0]["traceId"] != spans[1]["traceId"]

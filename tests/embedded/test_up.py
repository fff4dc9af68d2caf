"""`manage.py up` as a whole: it starts, minds, stops and comes back with all data."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from embedded.datafolder import is_marked
from embedded.probe import free_port
from tests.running_sonde import ROOT, Stack

ALL = {"supervisor", "postgres", "clickhouse", "valkey", "web", "worker", "beat"}


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory) -> Iterator[Stack]:
    """One that these tests stop and start as they like; each leaves it running."""
    with Stack(tmp_path_factory.mktemp("own-stack")) as stack:
        yield stack


def call(stack: Stack, path: str, body: dict | None = None) -> dict:
    pair = base64.b64encode(f"{stack.public_key}:{stack.secret_key}".encode()).decode()
    request = urllib.request.Request(
        stack.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Basic {pair}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.loads(response.read())


def send_trace(stack: Stack, trace_id: str) -> None:
    now = time.time_ns()
    span = {"traceId": trace_id, "spanId": trace_id[:16], "name": "kept", "kind": 1}
    span |= {"startTimeUnixNano": str(now - 10**9), "endTimeUnixNano": str(now)}
    call(stack, "/v1/traces", {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})


def has_trace(stack: Stack, trace_id: str) -> bool:
    return call(stack, f"/api/public/traces/{trace_id}")["id"] == trace_id


def running_on(stack: Stack) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if is_marked(process, stack.folder)]


def up(stack: Stack, **environment: str) -> subprocess.CompletedProcess:
    """A second `manage.py up`, which is expected to end by itself."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "up"],
        env={**stack.environment, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_first_key_works_at_once(own_stack):
    [project] = call(own_stack, "/api/public/projects")["data"]
    assert project["id"] == own_stack.project_id


def test_it_says_where_it_is_and_who_may_log_in_and_keeps_that_for_the_owner(own_stack):
    said = own_stack.output.read_text()
    for expected in (own_stack.url, own_stack.email, own_stack.public_key, "/v1/traces -u pk-lf-"):
        assert expected in said
    kept = own_stack.folder / "first-login.txt"
    assert own_stack.password in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_every_process_runs_and_no_engine_listens_beyond_this_machine(own_stack):
    assert set(own_stack.pids()) == ALL
    for name in ("postgres", "clickhouse", "valkey"):
        tree = psutil.Process(own_stack.pids()[name])
        for process in (tree, *tree.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # Postgres ends a process with its connection
                for connection in process.net_connections("inet"):
                    assert connection.laddr.ip == "127.0.0.1", (name, connection)


def test_no_password_is_on_a_command_line(own_stack):
    secrets = json.loads((own_stack.folder / "secrets.json").read_text()).values()
    for pid in own_stack.pids().values():
        line = " ".join(psutil.Process(pid).cmdline())
        assert not [secret for secret in secrets if secret in line], line


def test_a_second_one_on_the_same_data_is_refused_in_one_sentence(own_stack):
    result = up(own_stack, SONDE_PORT="1")
    assert result.returncode == 1
    assert "Sonde already runs on" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_taken_port_is_one_sentence_that_says_how_to_choose_another(own_stack, tmp_path):
    result = up(own_stack, SONDE_DATA_DIR=str(tmp_path))
    assert result.returncode == 1
    assert f"port {own_stack.port} on 127.0.0.1 is taken" in result.stderr
    assert f"SONDE_PORT={own_stack.port + 1} make up" in result.stderr


def test_a_wrong_setting_is_shown_without_its_traceback(own_stack, tmp_path):
    port = str(free_port("127.0.0.1"))
    result = up(own_stack, SONDE_DATA_DIR=str(tmp_path), SONDE_PORT=port, SONDE_DEBUG="maybe")
    assert result.returncode == 1
    assert "SONDE_DEBUG must be true or false, not 'maybe'." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", sorted(ALL - {"supervisor"}))
def test_a_process_that_is_killed_comes_back(own_stack, name):
    before = own_stack.kill(name)
    own_stack.wait_for(lambda: own_stack.pids().get(name, before) != before, f"a new {name}")
    own_stack.wait_until_ready()
    assert psutil.pid_exists(own_stack.pids()[name])
    assert not psutil.pid_exists(before)
    assert set(own_stack.pids()) == ALL


def test_ctrl_c_leaves_nothing_running_and_the_next_start_has_all_data(own_stack):
    trace_id = os.urandom(16).hex()
    send_trace(own_stack, trace_id)
    assert own_stack.stop() == 0
    assert running_on(own_stack) == []
    own_stack.start()
    assert has_trace(own_stack, trace_id)


def test_after_a_kill_of_everything_the_next_start_has_all_data(own_stack):
    trace_id = os.urandom(16).hex()
    send_trace(own_stack, trace_id)
    os.kill(own_stack.pids()["supervisor"], signal.SIGKILL)
    for process in running_on(own_stack):
        with suppress(psutil.NoSuchProcess):  # some die with the supervisor
            process.kill()
    own_stack.process.wait()
    own_stack.start()
    assert has_trace(own_stack, trace_id)


def test_after_a_kill_of_the_supervisor_alone_the_next_start_works_too(own_stack):
    own_stack.process.kill()
    own_stack.process.wait()
    own_stack.start()
    assert set(own_stack.pids()) == ALL


@pytest.mark.chaos
@pytest.mark.parametrize("tenths", range(1, 60, 4))
def test_ctrl_c_at_any_moment_of_the_start_leaves_nothing_running(own_stack, tenths):
    own_stack.stop()
    process = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "up"],
        env=own_stack.environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(tenths / 10)  # the moment is the input of this test, not a wait for something
    process.send_signal(signal.SIGINT)
    assert process.wait(60) in (0, 130, -signal.SIGINT)  # the last: before Python had begun
    assert running_on(own_stack) == []
    own_stack.start()

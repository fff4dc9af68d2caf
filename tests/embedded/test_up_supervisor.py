"""The supervisor, with small programs in place of engines."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from embedded.logfile import LogFile
from embedded.supervisor import Service, StartError, StopRequested, Supervisor

PATIENCE_SECONDS = 20


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, os.environ, said.append)
    yield supervisor
    supervisor.stop()


def program(name: str, code: str, **options) -> Service:
    return Service(name=name, argv=[sys.executable, "-c", textwrap.dedent(code)], **options)


def mind_until(supervisor: Supervisor, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be so"
        supervisor.pause(0.02)
        supervisor.tick()


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


SLEEP = "import signal; signal.pause()"


def test_a_service_that_dies_is_started_again_and_its_last_words_are_shown(supervisor, said):
    supervisor.start(
        program("web", "import sys, signal; print('I was here', file=sys.stderr); signal.pause()")
    )
    [child] = supervisor.children()
    mind_until(supervisor, lambda: "I was here" in child.log.tail(5))
    first = child.process.pid
    child.send(signal.SIGKILL)
    mind_until(supervisor, lambda: child.process.pid != first and child.is_ready)
    assert "web was killed by SIGKILL" in said[0]
    assert "I was here" in said[1]
    assert said[-1] == "web is back."


def test_each_crash_in_a_row_doubles_the_wait(supervisor, said):
    supervisor.start(program("web", SLEEP))
    [child] = supervisor.children()
    for _ in range(3):
        child.send(signal.SIGKILL)
        mind_until(supervisor, lambda: child.restart_at is not None)
        mind_until(supervisor, lambda: child.is_running() and child.is_ready)
    waits = [line for line in said if "starts again in" in line]
    assert [line.split()[4] for line in waits] == ["0.5", "1", "2"]


def test_a_service_that_cannot_start_is_one_sentence_with_its_log(supervisor):
    code = "import sys; sys.exit(print('no such thing', file=sys.stderr) or 3)"
    with pytest.raises(StartError, match=r"(?s)web ended with exit code 3 .*no such thing"):
        supervisor.start(program("web", code, is_ready=lambda: False))


def test_a_service_that_never_gets_ready_does_not_hold_the_start_for_ever(supervisor):
    with pytest.raises(StartError, match="web was not ready in time"):
        supervisor.start(program("web", SLEEP, is_ready=lambda: False), within=0.3)


def test_the_last_started_stop_first_each_after_what_depends_on_it(tmp_path, supervisor):
    journal = tmp_path / "journal"
    code = """
        import signal, sys, time
        def stop(*_):
            time.sleep({delay})
            open({journal!r}, "a").write({name!r} + "\\n")
            sys.exit()
        signal.signal(signal.SIGTERM, stop)
        print("listening", flush=True)
        signal.pause()
    """
    for name, delay in (("engine", 0), ("web", 0.2)):
        text = textwrap.dedent(code).format(journal=str(journal), name=name, delay=delay)
        supervisor.start(program(name, text))
    for child in supervisor.children():
        mind_until(supervisor, lambda child=child: "listening" in child.log.tail(1))
    supervisor.stop()
    assert journal.read_text().split() == ["web", "engine"]


def test_one_that_ignores_its_first_stop_signal_gets_the_next(supervisor, monkeypatch):
    monkeypatch.setattr("embedded.supervisor.GRACE_SECONDS", 2)
    code = """
        import signal
        signal.signal(signal.SIGTERM, lambda *_: print("no", flush=True))
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell's background jobs ignore it
        print("listening", flush=True)
        while True:
            signal.pause()
    """
    stubborn = program("worker", code, stop_signals=(signal.SIGTERM, signal.SIGQUIT))
    supervisor.start(stubborn)
    [child] = supervisor.children()
    mind_until(supervisor, lambda: "listening" in child.log.tail(1))
    supervisor.stop()
    assert child.process.returncode == -signal.SIGQUIT
    assert "no" in child.log.tail(1)


def test_what_a_killed_master_left_behind_is_ended_before_it_starts_again(tmp_path, supervisor):
    code = """
        import subprocess, sys, signal
        worker = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        print("worker", worker.pid, flush=True)
        signal.pause()
    """
    supervisor.start(program("web", code))
    [child] = supervisor.children()
    mind_until(supervisor, lambda: "worker" in child.log.tail(1))
    orphan = psutil.Process(int(child.log.tail(1).split()[1]))
    master = child.process.pid
    child.send(signal.SIGKILL)
    mind_until(supervisor, lambda: child.process.pid != master)
    assert has_ended(orphan)


def test_a_stop_is_noticed_at_once_while_something_starts(supervisor):
    began = time.monotonic()
    with supervisor.listening_to_signals(), pytest.raises(StopRequested):
        supervisor.start(
            program(
                "web", "import os, signal; os.kill(os.getppid(), signal.SIGINT); signal.pause()"
            ),
            program("engine", SLEEP, is_ready=lambda: False),
        )
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_children_end_with_a_supervisor_that_is_killed(tmp_path):
    code = f"""
        import os, sys
        from pathlib import Path
        from embedded.supervisor import Service, Supervisor
        supervisor = Supervisor(Path({str(tmp_path)!r}), os.environ, print)
        supervisor.start(Service(name="web", argv=[sys.executable, "-c", {SLEEP!r}]))
        supervisor.watch()
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)]) as process:
        pids = tmp_path / "processes.json"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (pids.exists() and "web" in json.loads(pids.read_text())):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        child = psutil.Process(json.loads(pids.read_text())["web"])
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs([child], timeout=PATIENCE_SECONDS)
    assert not alive


def test_a_log_stays_bounded_and_its_older_half_is_kept(tmp_path):
    log = LogFile(tmp_path / "web.log")
    with log.open() as file:
        file.write(b"old\n" * 100)
        file.flush()
        log.keep_bounded(max_bytes=100)
        file.write(b"new\n")
    assert (tmp_path / "web.log").read_text() == "new\n"
    assert (tmp_path / "web.log.1").read_text() == "old\n" * 100
    assert log.tail(3).split() == ["new"]


def test_the_last_lines_are_of_this_run_only(tmp_path):
    log = LogFile(tmp_path / "web.log")
    for run in (b"before\n", b"now\n"):
        with log.open() as file:
            file.write(run)
    assert log.tail(5).split() == ["now"]


def test_the_processes_are_listed_with_their_numbers(tmp_path: Path, supervisor):
    supervisor.start(program("web", SLEEP))
    [child] = supervisor.children()
    listed = json.loads((tmp_path / "processes.json").read_text())
    assert listed == {"supervisor": os.getpid(), "web": child.process.pid}


def test_a_full_disk_when_a_service_should_start_again_does_not_end_the_rest(supervisor, said):
    refusals = iter([None, OSError(errno.ENOSPC, "No space left on device"), None])

    def before_start() -> None:
        if refusal := next(refusals):
            raise refusal

    supervisor.start(program("web", SLEEP, before_start=before_start))
    [child] = supervisor.children()
    child.send(signal.SIGKILL)
    mind_until(supervisor, lambda: child.failures == 2 and child.is_running() and child.is_ready)
    assert any("web cannot start" in line and "No space left" in line for line in said)


def test_a_log_that_somebody_removed_does_not_end_the_rest(supervisor, said):
    supervisor.start(program("web", SLEEP))
    [child] = supervisor.children()
    first = child.process.pid
    child.log.path.unlink()
    child.send(signal.SIGKILL)
    mind_until(supervisor, lambda: child.process.pid != first and child.is_ready)
    assert any("its log cannot be read" in line for line in said)

"""Starts programs, waits until they are ready, restarts those that die, and stops them in order."""

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from embedded import spawn
from embedded.logfile import LogFile

# Every child carries this variable, so that the next start finds one that outlived its supervisor.
MARK = "SONDE_SUPERVISED_BY"

READY_WITHIN_SECONDS = 120  # a start takes seconds; a machine may be very busy
GRACE_SECONDS = 15  # more than the 10 s that web gives to its open requests
LONGEST_BACKOFF_SECONDS = 30
STEADY_AFTER_SECONDS = 30
LINES_SHOWN = 12


class StartError(Exception):
    """Sonde cannot start. The message is one sentence for the person at the terminal."""


class StopRequested(Exception):
    """Ctrl-C, or a SIGTERM."""


@dataclass(frozen=True)
class Service:
    """One program. `before_start` runs before every start of it, also after a crash."""

    name: str
    argv: list[str]
    is_ready: Callable[[], bool] = lambda: True
    before_start: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)
    leave_root: bool = False
    start_attempts: int = 1


class Child:
    """A service, and the process that runs it now."""

    def __init__(self, service: Service, log: LogFile) -> None:
        self.service = service
        self.log = log
        self._process: subprocess.Popen | None = None
        self.is_ready = False
        self.failures = 0
        self.started_at = 0.0
        self.restart_at: float | None = None

    @property
    def process(self) -> subprocess.Popen:
        """The latest one. A child is made to be started, so there is one."""
        assert self._process is not None
        return self._process

    def start(self, environment: Mapping[str, str]) -> None:
        self.service.before_start()
        argv = spawn.command(
            self.service.argv,
            death_signal=self.service.stop_signals[0],
            leave_root=self.service.leave_root,
        )
        with self.log.open() as log:
            # A session of its own: a Ctrl-C in the terminal reaches the supervisor and nobody else.
            self._process = subprocess.Popen(
                argv,
                env={**environment, **self.service.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.is_ready, self.restart_at, self.started_at = False, None, time.monotonic()

    def backoff(self) -> float:
        return min(0.5 * 2 ** (self.failures - 1), LONGEST_BACKOFF_SECONDS)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.is_running():
            os.kill(self.process.pid, number)

    def end_group(self) -> None:
        """Kill what is left of the process group, such as the workers of a killed master."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Supervisor:
    """Used from one thread. Its children die with it, on Linux even when it is killed."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        while_waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder
        self.environment = {**environment, MARK: str(folder)}
        self.say = say
        self.while_waiting = while_waiting
        self.groups: list[list[Child]] = []
        self.stops_requested = 0
        self._heard, self._bell = os.pipe()
        os.set_blocking(self._heard, False)
        os.set_blocking(self._bell, False)

    @contextmanager
    def listening_to_signals(self) -> Iterator[None]:
        """SIGINT, SIGTERM and SIGHUP ask for a stop; a child that dies is noticed at once."""

        def request_stop(number: int, frame: object) -> None:
            self.stops_requested += 1

        handlers = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), request_stop)
        handlers[signal.SIGCHLD] = lambda number, frame: None
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        bell_before = signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(bell_before)
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, *services: Service, within: float = READY_WITHIN_SECONDS) -> None:
        """Start services together and return when all of them are ready."""
        group = [
            Child(service, LogFile(self.folder / "logs" / f"{service.name}.log"))
            for service in services
        ]
        self.groups.append(group)
        for child in group:
            child.start(self.environment)
        self.record()
        deadline = time.monotonic() + within
        while not all(child.is_ready for child in group):
            for child in group:
                self._fail_if_hopeless(child, deadline)
            self.pause(0.05)
            self.tick()

    def run(self, name: str, argv: list[str], environment: Mapping[str, str]) -> str:
        """Run a program to its end, minding the others meanwhile; its stdout is the answer."""
        log = LogFile(self.folder / "logs" / f"{name}.log")
        with tempfile.TemporaryFile("w+") as output, log.open() as errors:
            process = subprocess.Popen(
                spawn.command(argv, death_signal=signal.SIGTERM),
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
            try:
                while process.poll() is None:
                    self.pause(0.05)
                    self.tick()
            finally:
                if process.poll() is None:  # migrations run in transactions: nothing is half done
                    process.kill()
                    process.wait()
            output.seek(0)
            answer = output.read()
        if process.returncode != 0:
            raise StartError(f"{name} failed.\n{log.tail(LINES_SHOWN)}\nAll of it: {log.path}")
        return answer

    def watch(self) -> None:
        """Mind the children until a stop is requested, which ends it with StopRequested."""
        while True:
            self.pause(1.0 if all(child.is_ready for child in self.children()) else 0.1)
            self.tick()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than to the next signal."""
        self.while_waiting()
        if self.stops_requested == 0:
            select.select([self._heard], [], [], seconds)
            with suppress(BlockingIOError):
                os.read(self._heard, 4096)
        if self.stops_requested:
            raise StopRequested

    def tick(self) -> None:
        """Notice who died and who became ready, and restart who is due."""
        for child in self.children():
            if child.restart_at is not None:
                if time.monotonic() >= child.restart_at:
                    self._start_again(child)
            elif not child.is_running():
                self._note_death(child)
            elif not child.is_ready:
                self._note_readiness(child)
            elif child.failures and time.monotonic() - child.started_at > STEADY_AFTER_SECONDS:
                child.failures = 0
            child.log.keep_bounded()

    def children(self) -> list[Child]:
        return [child for group in self.groups for child in group]

    def _start_again(self, child: Child) -> None:
        try:
            child.start(self.environment)
        except OSError as error:  # the disk is full, say: it will not be for ever
            child.failures += 1
            child.restart_at = time.monotonic() + child.backoff()
            self.say(f"{child.service.name} cannot start: {error}.")
        self.record()

    def _note_readiness(self, child: Child) -> None:
        child.is_ready = child.service.is_ready()
        if child.is_ready and child.failures:
            self.say(f"{child.service.name} is back.")

    def _note_death(self, child: Child) -> None:
        child.end_group()
        child.failures += 1
        wait = child.backoff()
        child.restart_at = time.monotonic() + wait
        was_ready, child.is_ready = child.is_ready, False
        if was_ready or child.failures > 1:
            self.say(f"{child.service.name} {ending(child.process.returncode)}; its last lines:")
            self.say(child.log.tail(LINES_SHOWN))
            self.say(f"It starts again in {wait:g} s. All of its log: {child.log.path}")
        self.record()

    def _fail_if_hopeless(self, child: Child, deadline: float) -> None:
        name, log = child.service.name, child.log
        if child.failures >= child.service.start_attempts:
            problem = f"{name} {ending(child.process.returncode)} while it started."
        elif not child.is_ready and time.monotonic() > deadline:
            problem = f"{name} was not ready in time."
        else:
            return
        raise StartError(f"{problem}\n{log.tail(LINES_SHOWN)}\nAll of its log: {log.path}")

    def stop(self) -> None:
        """Stop the last started group first. A second Ctrl-C kills instead of waiting."""
        for group in reversed(self.groups):
            running = [child for child in group if child.is_running()]
            rounds = max((len(child.service.stop_signals) for child in running), default=0)
            for turn in range(rounds):
                for child in running:
                    signals = child.service.stop_signals
                    child.send(signals[min(turn, len(signals) - 1)])
                if self._have_ended(running, within=GRACE_SECONDS):
                    break
            for child in group:
                child.end_group()
        self.groups.clear()
        self.record()

    def _have_ended(self, children: list[Child], *, within: float) -> bool:
        deadline = time.monotonic() + within
        while any(child.is_running() for child in children):
            if time.monotonic() > deadline or self.stops_requested > 1:
                return False
            time.sleep(0.02)
        return True

    def record(self) -> None:
        """Write who runs to processes.json, for tests, and for people who look for a process."""
        running = {
            child.service.name: child.process.pid for child in self.children() if child.is_running()
        }
        path = self.folder / "processes.json"
        unfinished = path.with_suffix(".unfinished")
        with suppress(OSError):  # a full disk is no reason to stop minding them
            unfinished.write_text(json.dumps({"supervisor": os.getpid(), **running}))
            unfinished.rename(path)


def ending(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by {signal.Signals(-returncode).name}"
    return f"ended with exit code {returncode}"

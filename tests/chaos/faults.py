"""What can happen to a running Sonde. Each returns when the fault is over, not when all is well."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from tests.running_sonde import Stack

Fault = Callable[[Stack, random.Random], None]


def kill_a_web_worker(stack: Stack, rng: random.Random) -> None:
    os.kill(rng.choice(wait_for_web_workers(stack)), signal.SIGKILL)


def wait_for_web_workers(stack: Stack) -> list[int]:
    found: list[int] = []

    def are_there() -> bool:
        with suppress(psutil.NoSuchProcess):
            found[:] = stack.web_workers()
        return len(found) == 2

    stack.wait_for(are_there, "two web workers")
    return found


def kill_all_of_web(stack: Stack, rng: random.Random) -> None:
    kill_group(stack, "web")


def kill_clickhouse(stack: Stack, rng: random.Random) -> None:
    kill_group(stack, "clickhouse")


def kill_postgres(stack: Stack, rng: random.Random) -> None:
    kill_group(stack, "postgres")


def kill_valkey(stack: Stack, rng: random.Random) -> None:
    kill_group(stack, "valkey")


def kill_celery(stack: Stack, rng: random.Random) -> None:
    kill_group(stack, "worker")
    kill_group(stack, "beat")


def kill_clickhouse_and_postgres(stack: Stack, rng: random.Random) -> None:
    kill_group(stack, "clickhouse")
    kill_group(stack, "postgres")


def kill_everything(stack: Stack, rng: random.Random) -> None:
    for name in ("web", "worker", "beat", "clickhouse", "postgres", "valkey"):
        kill_group(stack, name)


def kill_group(stack: Stack, name: str) -> None:
    """The process and its children; one that is just being started again is left to live."""
    with suppress(ProcessLookupError, KeyError):
        os.killpg(stack.pids()[name], signal.SIGKILL)


def stop_clickhouse_for(seconds: float) -> Fault:
    """It hangs: connections stay open, and nothing comes back."""

    def stop(stack: Stack, rng: random.Random) -> None:
        group = stack.pids()["clickhouse"]
        os.killpg(group, signal.SIGSTOP)
        time.sleep(seconds)
        os.killpg(group, signal.SIGCONT)

    return stop


def take_away(*names: str, seconds: float) -> Fault:
    """Killed, and not started again for a while."""

    def away(stack: Stack, rng: random.Random) -> None:
        supervisor = stack.pids()["supervisor"]
        os.kill(supervisor, signal.SIGSTOP)
        for name in names:
            kill_group(stack, name)
        time.sleep(seconds)
        os.kill(supervisor, signal.SIGCONT)

    return away


def repeatedly(
    fault: Fault, *, times: int, pause: tuple[float, float], until_well: bool = True
) -> Fault:
    def again(stack: Stack, rng: random.Random) -> None:
        for _ in range(times):
            time.sleep(rng.uniform(*pause))
            fault(stack, rng)
            if until_well:
                stack.wait_until_ready()

    return again


def one_after_the_other(*faults: Fault) -> Fault:
    def all_of_them(stack: Stack, rng: random.Random) -> None:
        for fault in faults:
            time.sleep(rng.uniform(0.3, 1.0))
            fault(stack, rng)
            stack.wait_until_ready()

    return all_of_them

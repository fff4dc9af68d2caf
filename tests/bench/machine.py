"""What is measured on, and what of its memory a Sonde takes."""

import os
import platform

import psutil

from tests.running_sonde import Stack


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load average before {os.getloadavg()[0]:.1f}"
    )


class Memory:
    """What all processes of a Sonde have for themselves (USS: shared pages are counted nowhere)."""

    def __init__(self, stack: Stack) -> None:
        self.supervisor = psutil.Process(stack.pids()["supervisor"])

    def now(self) -> int:
        return sum(
            process.memory_full_info().uss
            for process in [self.supervisor, *self.supervisor.children(recursive=True)]
        )

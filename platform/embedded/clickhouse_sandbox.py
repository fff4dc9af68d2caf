"""Landlock: the engine's process keeps its data folder and Python's files, and loses the rest.

Statements come over a port. Should one get past what the statement reader refuses, the kernel
still keeps it from this machine's files and from every other machine.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION_FLAG, PATH_BENEATH, NO_NEW_PRIVS = 1, 1, 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READ_RIGHTS = EXECUTE | READ_FILE | READ_DIR
ALL_RIGHTS = (1 << 15) - 1
TCP_RIGHTS = 0b11
# Before version 3 nothing restricts truncation, and before 2 nothing may move between folders,
# which a MergeTree does all the time.
OLDEST_VERSION, TCP_VERSION = 3, 4
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
SYSTEM = ("/usr", "/lib", "/lib64", "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/sys")

libc = ctypes.CDLL(None, use_errno=True)


def confine(writable: Path) -> bool:
    """Give up, for this process and for good, all files but those below `writable` and Python's.

    Call it before any thread starts. False: this kernel cannot, and nothing has changed.
    """
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)
    if version < OLDEST_VERSION:
        return False
    attributes = struct.pack("QQ", ALL_RIGHTS, TCP_RIGHTS if version >= TCP_VERSION else 0)
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        source = Path(__file__).parents[1]
        allow(ruleset, (*SYSTEM, sys.prefix, sys.base_prefix, str(source), *sys.path), READ_RIGHTS)
        allow(ruleset, DEVICES, READ_FILE | WRITE_FILE)
        allow(ruleset, [str(writable)], ALL_RIGHTS)
        if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0):
            return False
        return libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def allow(ruleset: int, paths: Iterable[str], rights: int) -> None:
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            file = os.open(path or ".", os.O_PATH | os.O_CLOEXEC)
            allowed = rights if os.path.isdir(path or ".") else rights & FILE_RIGHTS
            libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", allowed, file), 0)
            os.close(file)

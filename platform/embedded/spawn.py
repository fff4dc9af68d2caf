"""`python spawn.py [options] -- command …` becomes the command, and dies with its supervisor.

Standard library only and no import of ours, so that it costs a child a few milliseconds.
"""

import argparse
import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1


def command(argv: list[str], *, death_signal: int, leave_root: bool = False) -> list[str]:
    """The argv that runs `argv` under this wrapper, as a child of the calling process."""
    wrapper = [sys.executable, "-I", "-S", __file__, "--parent", str(os.getpid())]
    wrapper += ["--death-signal", str(int(death_signal))]
    if leave_root and os.geteuid() == 0:
        wrapper.append("--leave-root")
    return [*wrapper, "--", *argv]


class CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilitySet(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--leave-root", action="store_true")
    parser.add_argument("argv", nargs="+")
    options = parser.parse_args()

    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if options.leave_root:
        leave_root()
    if sys.platform == "linux":
        # After leave_root: a change of user clears the setting.
        prctl(PR_SET_PDEATHSIG, options.death_signal)
        if os.getppid() != options.parent:  # it died before the line above took hold
            sys.exit(1)
    os.execvp(options.argv[0], options.argv)


def leave_root() -> None:
    """Become `nobody`, who may still pass through folders of root's that are closed to others.

    Postgres refuses to run as root, and its programs and data may lie below a folder like /root.
    Opening those folders to everyone would be worse than letting this one process read past them.
    """
    nobody = pwd.getpwnam("nobody")
    if sys.platform == "linux":
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    if sys.platform == "linux":
        keep_only(CAP_DAC_OVERRIDE)


def keep_only(capability: int) -> None:
    bit = 1 << capability
    header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
    sets = (CapabilitySet * 2)(CapabilitySet(bit, bit, bit), CapabilitySet(0, 0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def prctl(option: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *words) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


if __name__ == "__main__":
    main()

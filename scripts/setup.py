#!/usr/bin/env python3
"""Makes .venv from the pinned requirements, or does nothing when it is as they say.

    python3 scripts/setup.py            what Sonde runs on
    python3 scripts/setup.py --dev      and what tests and lint need on top
    python3 scripts/setup.py up         set up, then `manage.py up`

Standard library only, and a syntax that Python 3.6 reads, so that an old Python can be told so.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import queue
import re
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "sonde-setup.json")
CACHE = os.path.join(ROOT, ".cache")
LOG = os.path.join(CACHE, "setup.log")
SOURCE_ROOTS = (ROOT, os.path.join(ROOT, "platform"))

OLDEST, NEWEST = (
    (3, 11),
    (3, 13),
)  # what is tested; a newer one is used only when it is all there is
NEEDED_BYTES = 3 * 1024**3  # the environment and what pip unpacks on the way

NO_INDEX = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|Connection refused|ConnectTimeout"
    r"|Max retries exceeded|Network is unreachable|ReadTimeout|ProxyError|connection broken by"
)
UNAVAILABLE = re.compile(r"No matching distribution found for (\S+)")


class SetupError(Exception):
    """The message is one sentence for the person at the terminal."""


def main():
    parser = argparse.ArgumentParser(description="Set up Sonde's Python environment.")
    parser.add_argument("--dev", action="store_true", help="also what tests and lint need")
    parser.add_argument("then", nargs="?", choices=["up"], help="what to run afterwards")
    options = parser.parse_args()
    try:
        use_a_suitable_python()
        set_up("requirements-dev.txt" if options.dev else "requirements.txt")
    except SetupError as error:
        sys.exit(f"Set-up failed: {error}")
    except OSError as error:
        sys.exit(f"Set-up failed: {explain_system_error(error)}")
    except KeyboardInterrupt:
        sys.exit("\nSet-up was interrupted. The same command takes it up again.")
    if options.then == "up":
        os.execv(VENV_PYTHON, [VENV_PYTHON, os.path.join(ROOT, "manage.py"), "up"])


def explain_system_error(error):
    if error.errno == 28:  # ENOSPC
        return "the disk is full. Free 3 GiB and run the same command again."
    return f"{error.filename or 'the system'}: {error.strerror}."


def use_a_suitable_python():
    """Go on under another Python when this one is not between the oldest and newest we test."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other and works(other):
            os.execv(other, [other, *sys.argv])
    if sys.version_info[:2] < OLDEST:
        raise SetupError(
            f"Sonde needs Python 3.11, 3.12 or 3.13, and python3 is {platform.python_version()}. "
            "Install one of them (on Debian and Ubuntu: apt install python3.11 python3.11-venv) "
            "or name it: make up PYTHON=/path/to/python3.11"
        )


def works(python):
    """A name on the PATH may be a shim with nothing behind it."""
    check = [python, "-c", "import venv"]
    return subprocess.call(check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def set_up(lock_name):
    wanted = digest_of(lock_name)
    if is_set_up(lock_name, wanted):
        return
    require_venv_module()
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, "setup.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another set-up may be at work: take what it made
        if is_set_up(lock_name, wanted):
            return
        require_space()
        progress = Progress()
        make_venv(progress)
        install(lock_name, progress)
        write_source_roots()
        write_stamp(lock_name, wanted)
        progress.done("Environment ready")


def digest_of(lock_name):
    with open(os.path.join(ROOT, lock_name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_stamp():
    """What was installed, if here: the scripts of a folder that was moved name the old path."""
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    return stamp if stamp.get("venv") == VENV else {}


def is_set_up(lock_name, wanted):
    return read_stamp().get(lock_name) == wanted and works(VENV_PYTHON)


def write_stamp(lock_name, digest):
    """The development lock holds every pin of the other one, so it satisfies both."""
    stamp = {"venv": VENV, lock_name: digest, "requirements.txt": digest_of("requirements.txt")}
    unfinished = STAMP + ".unfinished"
    with open(unfinished, "w") as file:
        json.dump(stamp, file)
    os.rename(unfinished, STAMP)


def require_venv_module():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise SetupError(
            f"the venv module of Python {sys.version_info[0]}.{sys.version_info[1]} is missing. "
            "Install it (on Debian and Ubuntu: apt install python3-venv) and run the same "
            "command again."
        ) from None


def require_space():
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"the disk is nearly full: {free // 1024**2} MiB are free at {ROOT} and the "
            f"environment needs {NEEDED_BYTES // 1024**2} MiB."
        )


def make_venv(progress):
    """Keep one that works and was made here; what an interrupted set-up left is made anew."""
    if has_pip(VENV_PYTHON) and not (os.path.exists(STAMP) and not read_stamp()):
        return
    progress.begin("Creating the Python environment in .venv")
    run([sys.executable, "-m", "venv", "--clear", VENV], progress)


def has_pip(python):
    check = [python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return os.path.exists(python) and subprocess.call(check, stderr=subprocess.DEVNULL) == 0


def install(lock_name, progress):
    """Exactly what the lock names, each file checked against its hash."""
    progress.begin("Installing the pinned packages", total=count_packages(lock_name))
    argv = [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps"]
    argv += ["--progress-bar", "off", "--retries", "2", "--disable-pip-version-check"]
    run([*argv, "-r", os.path.join(ROOT, lock_name)], progress)


def count_packages(lock_name):
    with open(os.path.join(ROOT, lock_name)) as file:
        return sum(1 for line in file if "==" in line and not line.startswith((" ", "#")))


def write_source_roots():
    """A .pth file, so that celery, gunicorn and pytest find the packages from anywhere."""
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site_packages = subprocess.check_output([VENV_PYTHON, "-c", code]).decode().strip()
    with open(os.path.join(site_packages, "sonde.pth"), "w") as file:
        file.write("\n".join(SOURCE_ROOTS) + "\n")


def run(argv, progress):
    """Run a long command, showing that it lives; its whole output goes to the log."""
    process = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    lines, output = queue.Queue(), []
    reader = threading.Thread(target=read_into, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        while reader.is_alive() or not lines.empty():
            try:
                line = lines.get(timeout=0.2)
            except queue.Empty:
                progress.tick()
                continue
            output.append(line)
            progress.hear(line)
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    with open(LOG, "w") as log:
        log.writelines(output)
    if code != 0:
        raise SetupError(explain("".join(output)))


def read_into(stream, lines):
    with stream:
        for line in stream:
            lines.put(line)


def explain(output):
    """One sentence for what pip or venv said."""
    if "No space left on device" in output:
        return "the disk is full. Free 3 GiB and run the same command again."
    if "ensurepip" in output and "not available" in output:
        return "the venv module is incomplete (on Debian and Ubuntu: apt install python3-venv)."
    if "DO NOT MATCH THE HASHES" in output:
        return f"a download is not the file that was pinned, so nothing was installed. See {LOG}"
    if NO_INDEX.search(output):
        return (
            "no package index can be reached. Check the network, or name an index that this "
            "machine reaches with PIP_INDEX_URL=…"
        )
    missing = UNAVAILABLE.search(output)
    if missing:
        return (
            f"the package index has no {missing.group(1)} for Python {platform.python_version()} "
            f"on {platform.system()} {platform.machine()}."
        )
    errors = [line for line in output.splitlines() if "error" in line.lower()]
    last = (errors or output.splitlines() or ["no reason given."])[-1].strip()
    return f"{last} See {LOG}"


class Progress:
    """One running line on a terminal; elsewhere one for each step and every ten seconds."""

    def __init__(self):
        self.is_terminal = sys.stdout.isatty()
        self.began, self.shown_at = time.time(), 0.0
        self.step, self.total, self.seen, self.detail = "", 0, 0, ""

    def begin(self, step, total=0):
        self.step, self.total, self.seen, self.detail = step, total, 0, ""
        self.shown_at = 0.0
        self.tick()

    def hear(self, line):
        words = line.split()
        if words[:1] == ["Collecting"]:
            self.seen += 1
            package = words[1].split("==")[0]
            self.detail = f"{self.seen} of {self.total}, {package}"
        elif words[:2] == ["Installing", "collected"]:
            self.detail = f"unpacking {self.seen} packages, the longest part"
        self.tick()

    def tick(self):
        now = time.time()
        if now - self.shown_at < (0.2 if self.is_terminal else 10):
            return
        self.shown_at = now
        text = f"{self.step} … {now - self.began:.0f} s"
        if self.detail:
            text += f"  ({self.detail})"
        if self.is_terminal:
            sys.stdout.write("\r\033[K" + text[: shutil.get_terminal_size().columns - 1])
        else:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def done(self, text):
        start = "\r\033[K" if self.is_terminal else ""
        sys.stdout.write(f"{start}{text} after {time.time() - self.began:.0f} s.\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

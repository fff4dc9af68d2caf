"""Real clients, each at its exact version in a folder of its own, and programs run in there.

`pins/<name>.txt` (Python) and `pins/<name>/` (npm) say what goes into the environment `name`;
`python tests/sdks/pin.py` writes them anew. An environment is installed once, under `.cache/sdks/`.
A program sees the standard library, its environment and nothing of Sonde's own.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PINS = HERE / "pins"
PROGRAMS = HERE / "programs"
CACHE = HERE.parents[1] / ".cache" / "sdks"
INSTALL_SECONDS = 900
RUN_SECONDS = 180
# What a program is given of the user's environment: to find the machine's tools, not its settings.
INHERITED = ("PATH", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Environment:
    """Installed clients, and how to run a program with them."""

    folder: Path
    command: tuple[str, ...]
    variables: dict[str, str]

    def run(self, program: Path, **variables: str) -> str:
        """What the program prints. One that fails fails the test, with all that it said.

        It runs in a copy of its folder below its environment, where Node looks for packages.
        """
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="run-") as home:
            shutil.copytree(program.parent, home, dirs_exist_ok=True)
            done = subprocess.run(
                [*self.command, program.name],
                cwd=home,
                env={**inherited(), "HOME": home, **self.variables, **variables},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=RUN_SECONDS,
            )
        if done.returncode:
            pytest.fail(f"{program.name} failed:\n{done.stdout}\n{done.stderr}", pytrace=False)
        return done.stdout


def python(name: str) -> Environment:
    """The environment of `pins/<name>.txt`."""
    pins = PINS / f"{name}.txt"
    stated = pins.read_bytes() + platform.python_version().encode()
    return python_in(installed(name, stated, pip_install))


def python_in(folder: Path) -> Environment:
    # -S: without the packages of the interpreter that runs the tests.
    return Environment(
        folder,
        (sys.executable, "-S"),
        {"PYTHONPATH": str(folder), "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"},
    )


def node(name: str) -> Environment:
    """The environment of `pins/<name>/`. Skips the test where there is no Node."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Langfuse's SDK for JavaScript is tested only where node and npm are.")
    pins = PINS / name
    stated = b"".join((pins / file).read_bytes() for file in ("package.json", "package-lock.json"))
    folder = installed(name, stated, npm_install)
    return Environment(folder, ("node",), {})


def installed(name: str, stated: bytes, install: Callable[[str, Path], list[str]]) -> Path:
    """The folder of an environment, installed now unless it is there exactly as stated."""
    folder, stamp = CACHE / name, hashlib.sha256(stated).hexdigest()
    if is_stamped(folder, stamp):
        return folder
    with alone(name):
        if is_stamped(folder, stamp):  # by another worker, meanwhile
            return folder
        fresh = CACHE / f"{name}.new"
        for old in (folder, fresh):
            shutil.rmtree(old, ignore_errors=True)
        fresh.mkdir(parents=True)
        done = subprocess.run(
            install(name, fresh),
            cwd=fresh,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
        if done.returncode:
            pytest.fail(
                f"The client {name} could not be installed. These tests need the package index "
                f"once; then it is kept in {CACHE}.\n{done.stderr[-2000:]}",
                pytrace=False,
            )
        (fresh / "stamp").write_text(stamp)
        fresh.rename(folder)
    return folder


def is_stamped(folder: Path, stamp: str) -> bool:
    file = folder / "stamp"
    return file.exists() and file.read_text() == stamp


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Only one process installs an environment, where pytest runs with several."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pip_install(name: str, folder: Path) -> list[str]:
    """All versions are pinned, so nothing is to be resolved."""
    options = ["--quiet", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    where = ["--target", str(folder), "-r", str(PINS / f"{name}.txt")]
    return [sys.executable, "-m", "pip", "install", *options, *where]


def npm_install(name: str, folder: Path) -> list[str]:
    for file in ("package.json", "package-lock.json"):
        shutil.copy(PINS / name / file, folder)
    return ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]


def inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ}

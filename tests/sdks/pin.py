"""Pins all that the clients of the matrix need: `python tests/sdks/pin.py [name …]`.

What the matrix is about stands in `pins/clients.toml`; this resolves it, with uv and npm, to the
versions of everything, at which the environments are then installed.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PINS = Path(__file__).parent / "pins"
UV = ("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11")
PLAIN = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")
# --omit-lockfile-registry-resolved: whoever installs has an index of their own.
NPM = ("npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit")


def pin_python(name: str, wanted: list[str]) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".in") as file:
        file.write("\n".join(wanted))
        file.flush()
        subprocess.run([*UV, *PLAIN, file.name, "-o", PINS / f"{name}.txt"], check=True)


def pin_javascript(name: str, wanted: list[str]) -> None:
    folder = PINS / name
    folder.mkdir(exist_ok=True)
    versions = {package: version for package, _, version in (one.rpartition("@") for one in wanted)}
    package = {"name": name, "private": True, "type": "module", "dependencies": versions}
    (folder / "package.json").write_text(json.dumps(package, indent=2) + "\n")
    subprocess.run(NPM, cwd=folder, check=True)


def main(names: list[str]) -> None:
    clients = tomllib.loads((PINS / "clients.toml").read_text())
    for kind, pin in (("python", pin_python), ("javascript", pin_javascript)):
        for name, wanted in clients[kind].items():
            if not names or name in names:
                pin(name, wanted)


if __name__ == "__main__":
    main(sys.argv[1:])

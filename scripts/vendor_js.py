"""Keeps static/vendor/ what static/vendor/vendor.json says it is.

    python scripts/vendor_js.py          fetch each package with `npm pack`, verify and unpack it
    python scripts/vendor_js.py --check  hash the files that are here, offline

A new version: change `version`, `folder` and `integrity` (`npm view <name>@<version>
dist.integrity` prints it), run this without --check, and commit what it wrote.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"
MANIFEST = VENDOR / "vendor.json"


def integrity_of(content: bytes) -> str:
    """The hash as npm and `<script integrity>` write it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def problems(packages: list[dict]) -> list[str]:
    """What differs between the manifest and the folder, one sentence each."""
    found = []
    expected = {MANIFEST}
    for package in packages:
        for name, integrity in package["files"].items():
            path = VENDOR / package["folder"] / Path(name).name
            expected.add(path)
            if not path.exists():
                found.append(f"{path.relative_to(VENDOR)} is missing.")
            elif integrity_of(path.read_bytes()) != integrity:
                found.append(f"{path.relative_to(VENDOR)} is not the file that was published.")
    strays = {path for path in VENDOR.rglob("*") if path.is_file()} - expected
    found += [f"{path.relative_to(VENDOR)} is in no package." for path in sorted(strays)]
    return found


def fetch(package: dict) -> None:
    """Copy one package's files here and note their hashes in it."""
    with tempfile.TemporaryDirectory() as folder:
        spec = f"{package['name']}@{package['version']}"
        subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, text=True)
        [archive] = Path(folder).glob("*.tgz")
        if integrity_of(archive.read_bytes()) != package["integrity"]:
            raise SystemExit(f"{spec} is not the package whose hash vendor.json holds.")
        target = VENDOR / package["folder"]
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as files:
            for name in package["files"]:
                content = files.extractfile(f"package/{name}").read()
                (target / Path(name).name).write_bytes(content)
                package["files"][name] = integrity_of(content)


def main(arguments: list[str]) -> int:
    packages = json.loads(MANIFEST.read_text())
    if arguments != ["--check"]:
        for package in packages:
            fetch(package)
        MANIFEST.write_text(json.dumps(packages, indent=2) + "\n")
    found = problems(packages)
    for problem in found:
        sys.stderr.write(problem + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

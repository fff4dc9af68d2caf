#!/usr/bin/env python3
"""Prompts in a folder of git's: pulled from Sonde, compared, and pushed back.

    sonde prompts pull [folder]     write what Sonde has into the folder (./prompts)
    sonde prompts diff [folder]     how the folder differs from what Sonde has
    sonde prompts push [folder]     make Sonde's prompts what the folder says

Where Sonde is and with which key is read from SONDE_URL, SONDE_PUBLIC_KEY and SONDE_SECRET_KEY, or
from LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.

Ends with 0; 1 where `diff` finds a difference; 2 for a wrong command; 3 where Sonde refuses; 4
where it cannot be reached.

It needs Python alone, 3.10 or newer. Every Sonde gives it out: GET /cli/sonde, made executable.
"""

import argparse
import base64
import difflib
import http.client
import io
import json
import os
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

FILES = "/api/v1/prompt-files"
TIMEOUT_SECONDS = 120
FINE, DIFFERS, REFUSED, AWAY = 0, 1, 3, 4


class Ended(Exception):
    """With what is said, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


class Sonde:
    """The files of a project's prompts, over the API."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.url = read(environment, "SONDE_URL", "LANGFUSE_HOST", "LANGFUSE_BASE_URL").rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise Ended("SONDE_URL must begin with http:// or https://.", 2)
        public = read(environment, "SONDE_PUBLIC_KEY", "LANGFUSE_PUBLIC_KEY")
        secret = read(environment, "SONDE_SECRET_KEY", "LANGFUSE_SECRET_KEY")
        self.authorization = base64.b64encode(f"{public}:{secret}".encode()).decode()

    def pull(self, folder: str) -> dict[str, str]:
        answer = self.ask({"folder": folder} if folder else {})
        try:
            with zipfile.ZipFile(io.BytesIO(answer)) as archive:
                return {info.filename: archive.read(info).decode() for info in archive.infolist()}
        except (zipfile.BadZipFile, UnicodeDecodeError) as error:
            raise Ended(f"What {self.url} answers is not Sonde's: {error}", AWAY) from error

    def push(self, files: Mapping[str, str], **options: str) -> dict[str, Any]:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, text in files.items():
                archive.writestr(path, text.encode())
        try:
            return json.loads(self.ask(options, made.getvalue()))
        except ValueError as error:
            raise Ended(f"What {self.url} answers is not Sonde's: {error}", AWAY) from error

    def ask(self, query: Mapping[str, str], body: bytes | None = None) -> bytes:
        """POSTs the body, or GETs where there is none. Raises Ended."""
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        headers = {"Authorization": f"Basic {self.authorization}"}
        if body is not None:
            headers["Content-Type"] = "application/zip"
        request = urllib.request.Request(f"{self.url}{FILES}{asked}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise Ended(told(error), AWAY if error.code >= 500 else REFUSED) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Ended(f"{self.url} cannot be reached: {error}", AWAY) from error


def read(environment: Mapping[str, str], *names: str) -> str:
    for name in names:
        if value := environment.get(name, "").strip():
            return value
    raise Ended(f"{names[0]} is not set.", 2)


def told(error: urllib.error.HTTPError) -> str:
    """What the answer says, file by file where it does."""
    try:
        problem = json.loads(error.read())
        causes = [one for one in problem.get("errors", ()) if one["parameter"]]
        lines = [f"{one['parameter']}: {one['detail']}" for one in causes]
        return "\n".join(lines or [f"{error.code}: {problem['detail']}"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{error.code} {error.reason}"


def files_in(folder: Path) -> dict[str, str]:
    """The files of prompts, by their paths from the folder. Raises Ended."""
    if not folder.is_dir():
        raise Ended(f"There is no folder {folder}.", 2)
    found = {}
    for path in sorted(folder.rglob("*.md")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or parts[-1].casefold() == "readme.md":
            continue
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Ended(f"“{path}” leads out of the folder. Nothing was sent.", REFUSED)
        try:
            found["/".join(parts)] = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise Ended(f"{path} cannot be read: {error}", 2) from error
    return found


def place(folder: Path, path: str) -> Path:
    """Where a file goes. Raises Ended for one that would lie elsewhere, also by way of a link."""
    parts = PurePosixPath(path)
    target = folder.joinpath(*parts.parts)
    is_plain = not parts.is_absolute() and ".." not in parts.parts and not set(path) & set("\\:\0")
    if not is_plain or not target.resolve().is_relative_to(folder.resolve()):
        raise Ended(f"“{path}” leads out of the folder. Nothing was written.", REFUSED)
    return target


def write(target: Path, text: str) -> None:
    """The whole file or none of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".pulled-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def pull(sonde: Sonde, options: argparse.Namespace) -> int:
    there = sonde.pull(options.only)
    targets = {path: place(options.folder, path) for path in there}
    here = files_in(options.folder) if options.folder.is_dir() else {}
    told = []
    for path, text in there.items():
        if here.get(path) != text:
            told.append(f"{'changed' if path in here else 'new'}  {path}")
            if not options.dry_run:
                write(targets[path], text)
    for path in sorted(here.keys() - there.keys()):
        if options.only and not path.startswith(f"{options.only.strip('/')}/"):
            continue
        told.append(f"{'deleted' if options.prune else 'only in the folder'}  {path}")
        if options.prune and not options.dry_run:
            (options.folder / path).unlink()
    for line in told:  # when all is done: a reader that goes away stops nothing
        say(line)
    return FINE


def diff(sonde: Sonde, options: argparse.Namespace) -> int:
    there, here = sonde.pull(""), files_in(options.folder)
    differs = False
    for path in sorted(there.keys() | here.keys()):
        lines = list(
            difflib.unified_diff(
                there.get(path, "").splitlines(keepends=True),
                here.get(path, "").splitlines(keepends=True),
                f"sonde/{path}" if path in there else "/dev/null",
                f"folder/{path}" if path in here else "/dev/null",
            )
        )
        differs |= there.get(path) != here.get(path)
        sys.stdout.writelines(line if line.endswith("\n") else f"{line}\n" for line in lines)
    return DIFFERS if differs else FINE


def push(sonde: Sonde, options: argparse.Namespace) -> int:
    files = files_in(options.folder)
    if not files:
        raise Ended(f"There are no files of prompts in {options.folder}.", 2)
    asked = {"dry_run": str(options.dry_run).lower(), "force": str(options.force).lower()}
    asked |= {name: getattr(options, name) for name in ("message", "override")}
    found = sonde.push(files, **{name: value for name, value in asked.items() if value})
    if not options.dry_run:
        renumber(sonde, options.folder, [one["path"] for one in found["changes"] if one["is_new"]])
    for change in found["changes"]:
        for line in lines_of(change):
            say(line)
    changed = sum(one["action"] in ("created", "changed") for one in found["changes"])
    would = "would change" if options.dry_run else "changed"
    say(f"{changed} of {len(files)} files {would} something.")
    if found["only_here"]:
        say(f"Only in Sonde: {', '.join(found['only_here'])}")
    return FINE


def renumber(sonde: Sonde, folder: Path, paths: list[str]) -> None:
    """Write the numbers of new versions into the files that they were made of, where those are
    called as Sonde calls them: the next push then knows what it is about.
    """
    there = sonde.pull("") if paths else {}
    for path in paths:
        if path in there:
            write(place(folder, path), there[path])


def lines_of(change: Mapping[str, Any]) -> list[str]:
    """Nothing where nothing is to be said."""
    said = []
    if change["is_new"]:
        said.append(f"{change['action']}  {change['path']}: version {change['version']}")
    if change["action"] == "behind":
        said.append(f"behind  {change['path']}: there are versions after {change['version']}")
    for label in change["labels"]:
        before = "" if label["before"] is None else f" from version {label['before']}"
        moved = "stays: it is at a newer version" if label["kept"] else "moves"
        said.append(
            f"label  {change['path']}: {label['label']} {moved}{before}, "
            f"file's version {label['after']}"
        )
        if label.get("checked_when_pushed"):
            said[-1] += " (its gate looks at calls when pushed)"
    if change["tags"] is not None:
        said.append(f"tags  {change['path']}: {', '.join(change['tags']) or 'none'}")
    return said


COMMANDS: dict[str, tuple[Callable[[Sonde, argparse.Namespace], int], str]] = {
    "pull": (pull, "write what Sonde has into the folder"),
    "diff": (diff, "show how the folder differs from what Sonde has"),
    "push": (push, "make Sonde's prompts what the folder says"),
}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="sonde prompts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True)
    for name, (_, help_text) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.add_argument("folder", nargs="?", type=Path, default=Path("prompts"))
        if name != "diff":
            command.add_argument("--dry-run", action="store_true", help="tell it, and do nothing")
        if name == "pull":
            command.add_argument("--only", default="", help="a folder of prompts")
            command.add_argument(
                "--prune", action="store_true", help="delete files of what Sonde does not have"
            )
        if name == "push":
            command.add_argument(
                "--force", action="store_true", help="over newer versions, and labels backwards"
            )
            command.add_argument("--message", default="", help="of new versions")
            command.add_argument("--override", default="", help="why labels pass closed gates")
    return made


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(given[1:] if given[:1] == ["prompts"] else given)
    try:
        code = COMMANDS[options.command][0](Sonde(os.environ), options)
        sys.stdout.flush()
        return code
    except Ended as ended:
        sys.stderr.write(f"{ended}\n")
        return ended.code
    except BrokenPipeError:  # as `| head` does: it has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE


if __name__ == "__main__":
    sys.exit(main())

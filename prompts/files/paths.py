"""Where a prompt's file lies: a folder for each part of its name. Pure.

Names hold what file systems do not take; that is written as %41 is in an address. Nothing that is
made here leads out of the folder it is put in.
"""

import hashlib
import re
from urllib.parse import unquote

SUFFIX = ".md"
MAX_SEGMENT = 180  # bytes; file systems take 255, and some characters of ours are added
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*%@~]|^[. ]|[. ]$')
# What Windows takes for devices, with any suffix.
DEVICE = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)", re.IGNORECASE)
VERSION = re.compile(r"@\d+$")


def path_of(name: str, number: int | None = None) -> str:
    """`a/b.md`, or `a/b@3.md` of a version beside the latest."""
    segments = [_segment(part) for part in name.split("/")]
    beside = "" if number is None else f"@{number}"
    return "/".join(segments) + beside + SUFFIX


def _segment(part: str) -> str:
    safe = UNSAFE.sub(lambda found: _escaped(found[0]), part)
    safe = DEVICE.sub(lambda found: _escaped(found[0][0]) + found[0][1:], safe)
    if len(safe.encode()) <= MAX_SEGMENT:
        return safe
    # The name stands in the head as well: here it only must be one of its own.
    digest = hashlib.sha256(part.encode()).hexdigest()[:12]
    cut = safe.encode()[: MAX_SEGMENT - 14].decode(errors="ignore").rstrip("%. ")
    return f"{cut}~{digest}"


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def name_of(path: str) -> str:
    """The name that a path stands for, where the file's head does not say it."""
    stem = path.removesuffix(SUFFIX)
    return "/".join(unquote(part) for part in VERSION.sub("", stem).split("/"))


def own_paths(wanted: list[str]) -> list[str]:
    """Each path once, also where capitals make no difference."""
    taken: set[str] = set()
    found = []
    for path in wanted:
        own, count = path, 1
        while own.casefold() in taken:
            count += 1
            own = f"{path.removesuffix(SUFFIX)}~{count}{SUFFIX}"
        taken.add(own.casefold())
        found.append(own)
    return found

"""The files of exports: one per export below SONDE_EXPORT_DIR, under its own name only when it is
whole.
"""

import errno
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from exports.models import Export
from exports.runs import DISK_FULL, GivenUp
from ingest.held import MIN_FREE_BYTES

ORPHAN_SECONDS = 24 * 3600  # a file that no export names may be one that is just being begun


def path_of(export: Export) -> Path:
    """Made of ids of our own, and of nothing that a client says."""
    return Path(settings.EXPORT_DIR) / export.project_id / f"{export.pk}.{export.format}"


def _arriving(export: Export) -> Path:
    return path_of(export).with_suffix(f".{export.format}.part")


def _groups(export: Export) -> Path:
    """What each part has to be remembered by, a line for each."""
    return path_of(export).with_suffix(f".{export.format}.parts")


class Arriving:
    """The file of an export in the making. What was written behind `export.size` by a worker that
    was killed is gone from it.
    """

    def __init__(self, export: Export) -> None:
        self.export = export
        self.path = path_of(export)
        with _full_disk_told():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.is_new = export.size == 0 or not self._is_whole()
            if self.is_new:
                remove(export)
            self.file = _arriving(export).open("wb" if self.is_new else "r+b")
            self.parts = [] if self.is_new else self._told_parts()
            self.told = _groups(export).open("a")
            if not self.is_new:
                self.file.truncate(export.size)
                self.file.seek(export.size)

    def close(self) -> None:
        self.file.close()
        self.told.close()

    def add(self, content: bytes, told: Any = None) -> None:
        """Raises GivenUp where the disk has no room but for its reserve."""
        at = self.file.tell()
        with _full_disk_told():
            keep_reserve(self.path.parent, len(content))
            self.file.write(content)
            if told is not None:
                self.parts.append((at, told))
                self.told.write(f"{json.dumps([at, told])}\n")

    def kept(self) -> int:
        """How long it is. So much of it survives a power cut."""
        with _full_disk_told():
            for file in (self.file, self.told):
                file.flush()
                os.fsync(file.fileno())
        return self.file.tell()

    def done(self) -> None:
        """Under its own name from now on."""
        self.kept()
        self.close()
        _arriving(self.export).replace(self.path)
        _groups(self.export).unlink(missing_ok=True)

    def _is_whole(self) -> bool:
        arriving = _arriving(self.export)
        return arriving.is_file() and arriving.stat().st_size >= self.export.size

    def _told_parts(self) -> list[tuple[int, Any]]:
        """Those of the part of the file that was noted; the others will be told anew."""
        path = _groups(self.export)
        if not path.is_file():
            return []
        kept = []
        for line in path.read_text().splitlines(keepends=True):
            if not line.endswith("\n") or (told := json.loads(line))[0] >= self.export.size:
                break
            kept.append((line, tuple(told)))
        path.write_text("".join(line for line, _told in kept))
        return [told for _line, told in kept]


def remove(export: Export) -> None:
    """All that there is of it, however far it came."""
    for path in (path_of(export), _arriving(export), _groups(export)):
        path.unlink(missing_ok=True)


def sweep() -> None:
    """Remove the files that no export names any more: their project is gone."""
    for path in Path(settings.EXPORT_DIR).glob("*/*"):
        number = path.name.partition(".")[0]
        is_old = time.time() - path.stat().st_mtime > ORPHAN_SECONDS
        named = number.isdecimal() and Export.objects.filter(
            pk=int(number), project_id=path.parent.name
        )
        if is_old and not (named and named.exists()):
            path.unlink(missing_ok=True)


def keep_reserve(folder: Path, to_come: int) -> None:
    """The stores on this disk stop where they find no room."""
    if shutil.disk_usage(folder).free < to_come + MIN_FREE_BYTES:
        raise GivenUp(DISK_FULL)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise GivenUp(DISK_FULL) from error
        raise

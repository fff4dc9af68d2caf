"""The bytes: one file per content and project under MEDIA_ROOT, there only when it is whole."""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from ingest.held import MIN_FREE_BYTES


class WrongContent(Exception):
    """The bytes are not those that were announced. Nothing is kept of them."""


class NoRoom(Exception):
    """The disk is full, or would be but for its reserve. Nothing is kept of the file, which may be
    sent again."""


def path_of(project_id: str, sha256: str) -> Path:
    """Made of a project's id and a hash that we have checked, and of nothing that a client says."""
    return Path(settings.MEDIA_ROOT) / project_id / sha256[:2] / sha256


def store(project_id: str, sha256: str, content_length: int, parts: Iterable[bytes]) -> None:
    """Keep the parts under their hash. When this returns they survive a power cut."""
    target = path_of(project_id, sha256)
    arriving = target.with_name(f"{sha256}.{secrets.token_hex(8)}.part")
    with _full_disk_told():
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with arriving.open("xb") as file:
                _write(file, sha256, content_length, parts)
                file.flush()
                os.fsync(file.fileno())
            arriving.replace(target)
        finally:
            arriving.unlink(missing_ok=True)
        _sync_folder(target.parent)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise


def _write(file, sha256: str, content_length: int, parts: Iterable[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    for part in parts:
        _keep_reserve(file.name, content_length - size)
        size += len(part)
        if size > content_length:
            raise WrongContent(f"The content has more than the {content_length} bytes announced.")
        digest.update(part)
        file.write(part)
    if size != content_length:
        raise WrongContent(f"The content has {size} bytes, {content_length} were announced.")
    if digest.hexdigest() != sha256:
        raise WrongContent("The content does not have the SHA-256 that was announced.")


def _keep_reserve(file: str, to_come: int) -> None:
    """Raises NoRoom: the stores on this disk stop where they find none. Asked at every part, since
    others write at the same time."""
    if shutil.disk_usage(file).free < to_come + MIN_FREE_BYTES:
        raise NoRoom


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

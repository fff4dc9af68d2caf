"""The bytes: one file per content and project under MEDIA_ROOT, there only when it is whole."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class WrongContent(Exception):
    """The bytes are not those that were announced. Nothing is kept of them."""


class NoRoom(Exception):
    """The disk is full. Nothing is kept, and the file may be sent again."""


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
        size += len(part)
        if size > content_length:
            raise WrongContent(f"The content has more than the {content_length} bytes announced.")
        digest.update(part)
        file.write(part)
    if size != content_length:
        raise WrongContent(f"The content has {size} bytes, {content_length} were announced.")
    if digest.hexdigest() != sha256:
        raise WrongContent("The content does not have the SHA-256 that was announced.")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

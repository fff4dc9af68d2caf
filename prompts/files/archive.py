"""Files in a zip, read within bounds and never written anywhere by the names they have. Pure."""

import io
import zipfile
import zlib
from collections.abc import Iterable

from prompts.files.paths import SUFFIX

MOST_FILES = 1_000
MAX_FILE_BYTES = 4 * 1024 * 1024  # a text and a configuration of half a million characters each
MAX_BYTES = 32 * 1024 * 1024  # of all, unpacked
MAX_ZIP_BYTES = 16 * 1024 * 1024


class InvalidArchive(ValueError):
    """The message says what is wrong, and with which file."""


def packed(files: Iterable[tuple[str, str]]) -> bytes:
    """The same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files:
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode())
    return made.getvalue()


def unpacked(given: bytes) -> dict[str, str]:
    """The texts of the `.md` files, by path. Raises InvalidArchive."""
    if len(given) > MAX_ZIP_BYTES:
        raise InvalidArchive(f"The zip has more than {MAX_ZIP_BYTES:,} bytes.")
    try:
        with zipfile.ZipFile(io.BytesIO(given)) as archive:
            return _texts(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        # RuntimeError: it wants a password.
        raise InvalidArchive(f"The file is no zip that can be read: {error}.") from error


def _texts(archive: zipfile.ZipFile) -> dict[str, str]:
    wanted = [info for info in archive.infolist() if is_wanted(info.filename)]
    if len(wanted) > MOST_FILES:
        raise InvalidArchive(f"The zip holds more than {MOST_FILES:,} files of prompts.")
    found: dict[str, str] = {}
    left = MAX_BYTES
    for info in wanted:
        if info.filename in found:
            raise InvalidArchive(f"“{info.filename[:200]}” is in the zip twice.")
        with archive.open(info) as file:  # what its head says of its size is not believed
            content = file.read(min(MAX_FILE_BYTES, left) + 1)
        if len(content) > MAX_FILE_BYTES:
            raise InvalidArchive(f"“{info.filename[:200]}” has more than {MAX_FILE_BYTES:,} bytes.")
        left -= len(content)
        if left < 0:
            raise InvalidArchive(f"Unpacked, the zip has more than {MAX_BYTES:,} bytes.")
        found[info.filename] = _decoded(info.filename, content)
    return found


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidArchive(f"“{path[:200]}” is no UTF-8.") from error


def is_wanted(path: str) -> bool:
    """A file of a prompt: not README, and nothing hidden, as editors and systems leave behind."""
    parts = path.replace("\\", "/").split("/")
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return path.endswith(SUFFIX) and not is_hidden and parts[-1].casefold() != "readme.md"

"""Files in a zip, read within bounds and never written anywhere by the names they have. Pure."""

import io
import zipfile
import zlib
from collections.abc import Iterable

from django.utils.translation import gettext as _

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
        words = _("The zip has more than %(most)s bytes.")
        raise InvalidArchive(words % {"most": f"{MAX_ZIP_BYTES:,}"})
    try:
        with zipfile.ZipFile(io.BytesIO(given)) as archive:
            return _texts(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        # RuntimeError: it wants a password.
        words = _("The file is no zip that can be read: %(why)s.")
        raise InvalidArchive(words % {"why": error}) from error


def _texts(archive: zipfile.ZipFile) -> dict[str, str]:
    wanted = [info for info in archive.infolist() if is_wanted(info.filename)]
    if not wanted and archive.infolist():
        raise InvalidArchive(_("The zip holds no file of a prompt: their names end in .md."))
    if len(wanted) > MOST_FILES:
        words = _("The zip holds more than %(most)s files of prompts.")
        raise InvalidArchive(words % {"most": f"{MOST_FILES:,}"})
    found: dict[str, str] = {}
    left = MAX_BYTES
    for info in wanted:
        if info.filename in found:
            words = _("“%(path)s” is in the zip twice.")
            raise InvalidArchive(words % {"path": info.filename[:200]})
        with archive.open(info) as file:  # what its head says of its size is not believed
            content = file.read(min(MAX_FILE_BYTES, left) + 1)
        if len(content) > MAX_FILE_BYTES:
            words = _("“%(path)s” has more than %(most)s bytes.")
            said = {"path": info.filename[:200], "most": f"{MAX_FILE_BYTES:,}"}
            raise InvalidArchive(words % said)
        left -= len(content)
        if left < 0:
            words = _("Unpacked, the zip has more than %(most)s bytes.")
            raise InvalidArchive(words % {"most": f"{MAX_BYTES:,}"})
        found[info.filename] = _decoded(info.filename, content)
    return found


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidArchive(_("“%(path)s” is no UTF-8.") % {"path": path[:200]}) from error


def is_wanted(path: str) -> bool:
    """A file of a prompt: not README, and nothing hidden, as editors and systems leave behind."""
    parts = path.replace("\\", "/").split("/")
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return path.endswith(SUFFIX) and not is_hidden and parts[-1].casefold() != "readme.md"

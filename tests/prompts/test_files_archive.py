"""Zips of prompts as somebody sends them: broken, too large, or of something else."""

import io
import zipfile

import pytest

from prompts.files import archive
from prompts.files.archive import InvalidArchive, packed, unpacked


def zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return made.getvalue()


def test_only_files_of_prompts_are_looked_at():
    given = zipped(
        ("p/a.md", b"x"), ("README.md", b"x"), ("p/.hidden.md", b"x"), ("a.txt", b"\xff"),
        ("__MACOSX/p/._a.md", b"\xff"), (".git/x.md", b"x"), ("p/", b""),
    )  # fmt: skip
    assert unpacked(given) == {"p/a.md": "x"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b"", "no zip"),
        (b"PK\x03\x04 nonsense", "no zip"),
        (zipped(("a.md", b"x" * 9_000))[:-40], "no zip"),
        (zipped(("a.md", b"\xff")), "“a.md” is no UTF-8"),
        (zipped(("a.md", b"0" * (archive.MAX_FILE_BYTES + 1))), "“a.md” has more than"),
        (zipped(*((f"{n}.md", b"0" * 4_000_000) for n in range(9))), "Unpacked"),
        (zipped(*((f"{n}.md", b"") for n in range(1_001))), "more than 1,000 files"),
        (b"x" * (archive.MAX_ZIP_BYTES + 1), "more than 16,777,216 bytes"),
    ],
    ids=range(8),
)
def test_a_zip_that_is_none_or_too_much_is_refused(given, told):
    with pytest.raises(InvalidArchive, match=told):
        unpacked(given)


def test_a_zip_of_other_files_alone_is_refused_and_an_empty_one_changes_nothing():
    with pytest.raises(InvalidArchive, match=r"names end in \.md"):
        unpacked(packed([("notes.txt", "x"), (".hidden/x.md", "x")]))
    assert unpacked(packed([])) == {}


def test_a_name_that_is_in_a_zip_twice_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("a.md", "1")
        file.writestr("a.md", "2")
    with pytest.raises(InvalidArchive, match="twice"):
        unpacked(made.getvalue())

"""What the pages of prompts refuse is told in the reader's language."""

import ast
from pathlib import Path

import pytest

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
FOLDERS = ("splits", "gates", "files")
PROGRAMS = {"api.py", "tasks.py"}  # they read English
NEVER_SHOWN = {"Http404", "Unavailable"}  # these have pages of their own


def sources() -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for path in (PROMPTS / folder).rglob("*.py")
        if path.name not in PROGRAMS
    )


def plain_sentences(path: Path) -> list[str]:
    """The words of errors that are raised without a translation."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            if ast.unparse(node.exc.func) in NEVER_SHOWN:
                continue
            found += [
                ast.unparse(given)
                for given in node.exc.args
                if isinstance(given, ast.JoinedStr | ast.Constant)
            ]
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_refusal_is_told_in_plain_english(path):
    assert plain_sentences(path) == []

"""The environments of the clients: their own, installed once, and honest about failure."""

import sys
from pathlib import Path

import pytest

from tests.sdks import environments


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environments, "CACHE", tmp_path)
    return tmp_path


def written(text: str):
    """An installation that writes a file."""
    code = f"open('made', 'w').write({text!r})"
    return lambda name, folder: [sys.executable, "-c", code]


def failing(name: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "pip", "install", "--no-index", "no-such-client"]


def test_an_environment_is_installed_once_and_again_when_its_pins_change(cache):
    folder = environments.installed("client", b"1", written("first"))
    assert environments.installed("client", b"1", failing) == folder
    assert (folder / "made").read_text() == "first"
    environments.installed("client", b"2", written("second"))
    assert (folder / "made").read_text() == "second"


def test_a_client_that_cannot_be_installed_fails_its_test_in_plain_words(cache):
    with pytest.raises(pytest.fail.Exception, match=r"could not be installed.*package index"):
        environments.installed("client", b"1", failing)
    assert not (cache / "client").exists()


def test_a_program_sees_nothing_of_sondes_own_packages(cache, tmp_path):
    folder = environments.installed("client", b"1", written(""))
    program = tmp_path / "program" / "look.py"
    program.parent.mkdir()
    program.write_text("import sys\nprint(sys.path)\nimport django\n")
    with pytest.raises(pytest.fail.Exception, match="No module named 'django'"):
        environments.python_in(folder).run(program)

"""scripts/setup.py: what a person sees who has only python3 and make."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "setup.py"


@pytest.fixture
def setup():
    spec = importlib.util.spec_from_file_location("sonde_setup", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def repository(tmp_path) -> Path:
    """A copy of what set-up reads, so that no test touches the environment it runs in."""
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/setup.py", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def run(repository: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, repository / "scripts" / "setup.py"],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def test_an_old_python_can_read_the_script_and_so_say_that_it_is_too_old():
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 7))
    assert "use_a_suitable_python" in {getattr(node, "name", "") for node in tree.body}


def test_a_python_that_is_too_old_is_told_what_to_install(setup, monkeypatch):
    monkeypatch.setattr(setup.sys, "version_info", (3, 8, 18, "final", 0))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(setup.SetupError, match=r"needs Python 3\.11, 3\.12 or 3\.13.*apt install"):
        setup.use_a_suitable_python()


def test_a_missing_venv_module_is_one_sentence(repository, tmp_path_factory):
    broken = tmp_path_factory.mktemp("broken")
    (broken / "ensurepip.py").write_text("raise ImportError")
    result = run(repository, PYTHONPATH=str(broken))
    assert result.returncode == 1
    assert "the venv module of Python" in result.stderr
    assert "apt install python3-venv" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_nearly_full_disk_is_one_sentence(setup, monkeypatch):
    monkeypatch.setattr(setup, "NEEDED_BYTES", 2**63)
    with pytest.raises(setup.SetupError, match=r"the disk is nearly full: [0-9]+ MiB are free"):
        setup.require_space()


def test_an_index_that_cannot_be_reached_is_one_sentence_and_what_was_begun_is_mended(repository):
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": "/dev/null"}
    for _ in range(2):
        result = run(repository, **index, PIP_RETRIES="0", PIP_NO_CACHE_DIR="1")
        assert result.returncode == 1
        assert "no package index can be reached" in result.stderr
        assert "Traceback" not in result.stderr
        assert not (repository / ".venv" / "sonde-setup.json").exists()


def test_an_environment_that_is_as_the_lock_says_is_left_alone(setup, monkeypatch, tmp_path):
    monkeypatch.setattr(setup, "STAMP", str(tmp_path / "stamp.json"))
    monkeypatch.setattr(setup, "VENV_PYTHON", sys.executable)
    setup.write_stamp("requirements-dev.txt", setup.digest_of("requirements-dev.txt"))
    written = os.stat(setup.STAMP)
    monkeypatch.setattr(setup, "require_venv_module", lambda: pytest.fail("it sets up"))
    setup.set_up("requirements-dev.txt")
    setup.set_up("requirements.txt")
    assert os.stat(setup.STAMP) == written
    assert list(tmp_path.iterdir()) == [tmp_path / "stamp.json"]


def test_a_folder_that_was_moved_is_set_up_anew(setup, monkeypatch, tmp_path):
    monkeypatch.setattr(setup, "STAMP", str(tmp_path / "stamp.json"))
    setup.write_stamp("requirements.txt", setup.digest_of("requirements.txt"))
    assert setup.read_stamp()
    monkeypatch.setattr(setup, "VENV", "/elsewhere/.venv")
    assert not setup.read_stamp()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
         "not the file that was pinned"),
        ("ERROR: No matching distribution found for chdb-core==26.9.0",
         r"has no chdb-core==26\.9\.0 for Python"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError'\n"
         "ERROR: No matching distribution found for amqp", "no package index can be reached"),
        ("ERROR: something new", r"ERROR: something new See .*setup\.log"),
    ],
)  # fmt: skip
def test_what_pip_says_becomes_one_sentence(setup, output, sentence):
    assert re.search(sentence, setup.explain(output))


def test_the_development_lock_holds_every_pin_of_the_other(setup):
    pins = {
        name: set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    }
    assert pins["requirements.txt"] <= pins["requirements-dev.txt"]


def test_no_lock_names_an_index():
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert "://" not in (ROOT / name).read_text()

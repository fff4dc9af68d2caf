"""`make messages` collects the words of a fresh checkout, where no Sonde runs and none ever has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = "templates/locale/ko/LC_MESSAGES/django.po"
WITHOUT = ("SONDE_", "DJANGO_", "DATABASE_", "CLICKHOUSE_", "VALKEY_", "PYTHONPATH", "MAKE")


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext's xgettext is not installed")
def test_make_messages_finds_words_without_a_running_sonde(tmp_path):
    for folder in ("platform", "docker", "templates"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unwanted)
    for name in ("manage.py", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "docker" / "new.py").write_text('gettext("A word that nobody has said")\n')
    bare = {name: value for name, value in os.environ.items() if not name.startswith(WITHOUT)}
    recipe = subprocess.run(
        ["make", "--dry-run", "messages"], cwd=tmp_path, env=bare, capture_output=True, text=True
    ).stdout
    [line] = [line for line in recipe.splitlines() if "makemessages" in line]
    # The packages of ingest are imported from here: only its words would be missing.
    done = subprocess.run(
        ["sh", "-c", line.replace(".venv/bin/python", sys.executable)],
        cwd=tmp_path,
        env={**bare, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    catalogue = polib.pofile(str(tmp_path / CATALOGUE), encoding="utf-8")
    assert catalogue.find("A word that nobody has said")

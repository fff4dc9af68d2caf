"""The documentation and the code say the same."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [ROOT / "platform", ROOT / "ingest", ROOT / "scripts"]
KINDS = "text|number|flag|words?|networks"
READS = re.compile(rf"""(?:{KINDS})\(\s*(?:\w+,\s*)?["']([A-Z][A-Z_]{{3,}})["']""")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def settings_read() -> set[str]:
    return {
        name
        for folder in SOURCES
        for path in folder.rglob("*.py")
        for name in READS.findall(path.read_text(encoding="utf-8"))
        if name.startswith(("SONDE_", "DATABASE_", "CLICKHOUSE_", "VALKEY_"))
    }


def test_every_setting_is_documented_and_every_documented_one_is_read():
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([A-Z][A-Z_]{3,})`", text)) - {"NAME_FILE", "INFO", "DEBUG"}
    documented = {name for name in documented if "_" in name and "_INIT_" not in name}
    assert settings_read() - documented == set()
    read_elsewhere = {"SONDE_CLICKHOUSE_MEMORY_MIB"}
    assert documented - settings_read() - read_elsewhere == set()


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []

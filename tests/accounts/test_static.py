"""What the browser loads: small, from this server, and the files that were published."""

import gzip
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_vendored_files_are_those_that_were_published():
    vendor_js = runpy.run_path(str(ROOT / "scripts" / "vendor_js.py"))
    assert vendor_js["main"](["--check"]) == 0


def test_a_vendored_file_that_was_changed_is_noticed(tmp_path):
    vendor_js = runpy.run_path(str(ROOT / "scripts" / "vendor_js.py"))
    package = {"folder": "x-1", "files": {"dist/x.js": vendor_js["integrity_of"](b"published")}}
    vendor_js["problems"].__globals__.update(VENDOR=tmp_path, MANIFEST=tmp_path / "vendor.json")
    assert "missing" in vendor_js["problems"]([package])[0]
    (tmp_path / "x-1").mkdir()
    (tmp_path / "x-1" / "x.js").write_bytes(b"changed")
    assert "not the file" in vendor_js["problems"]([package])[0]
    (tmp_path / "x-1" / "x.js").write_bytes(b"published")
    assert vendor_js["problems"]([package]) == []
    (tmp_path / "stray.js").write_bytes(b"")
    assert "in no package" in vendor_js["problems"]([package])[0]


def test_pages_stay_light():
    scripts = [STATIC / "app.js", *(STATIC / "vendor").glob("htmx-*/htmx.min.js")]
    assert sum(packed(path) for path in scripts) <= 40_000
    assert packed(STATIC / "sonde.css") <= 20_000
    assert len((STATIC / "app.js").read_text().splitlines()) < 200


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_holds_what_the_content_policy_forbids(path):
    text = path.read_text(encoding="utf-8")
    markup = re.sub(r"{%.*?%}", "", text)  # a tag's own arguments reach no browser
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|hx-on|javascript:", markup)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"""(src|href)=["']https?://""", text)
    assert "|safe" not in text


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"""{% icon ["']([\w-]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert len(drawn) > 30
    assert named <= drawn

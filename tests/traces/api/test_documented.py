"""docs/langfuse-api.md says which paths are served, and they are."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

from ingest.langfuse.service import NotServedView

PAGE = Path(__file__).resolve().parents[3] / "docs" / "langfuse-api.md"
ROW = re.compile(r"^\| (`[^|]+) \| ([A-Z, ]+) \|.*\| (\w+) \|$", re.MULTILINE)
SERVED = [
    (path.replace("{id}", "x"), method)
    for paths, methods, state in ROW.findall(PAGE.read_text(encoding="utf-8"))
    if state == "served"
    for path in re.findall(r"`([^`]+)`", paths)
    for method in methods.split(", ")
]


def test_the_page_is_read():
    assert len(SERVED) > 25


@pytest.mark.parametrize(("path", "method"), SERVED)
def test_what_the_page_calls_served_is_served(path, method):
    view = resolve(f"/api/public/{path}").func.cls
    assert view is not NotServedView
    assert hasattr(view, method.lower())

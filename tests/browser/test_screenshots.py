"""`make screenshots`: every page in every theme, language and width, to be looked at.

They land in build/screenshots.
"""

import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or ""
FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"

pytestmark = [
    pytest.mark.browser_all,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.mark.parametrize("width", [360, 1440, 2560])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_pictured(open_page, stack, sent, stored_prompt, theme, language, width):
    project = f"/projects/{stack.project_id}"
    pages = {
        "traces": f"{project}/traces",
        "traces-empty": f"{project}/traces?user=nobody",
        "trace-failed": f"{project}/traces/{sent['failed']}",
        "trace-long": f"{project}/traces/{sent['long']}",
        "trace-search": f"{project}/traces/{sent['failed']}?find=refund",
        "trace-critical": f"{project}/traces/{sent['long']}?mark=critical",
        "trace-graph": f"{project}/traces/{sent['long']}?view=graph",
        "trace-talk": f"{project}/traces/{sent['failed']}?view=talk",
        "trace-comments": f"{project}/traces/{sent['failed']}?tab=comments",
        "trace-compare": f"{project}/traces/{sent['failed']}?span=trace&with={sent['rag']}",
        "trace-hostile": f"{project}/traces/{sent['hostile']}",
        "trace-attributes": f"{project}/traces/{sent['rag']}?tab=attributes",
        "sessions": f"{project}/sessions",
        "session": f"{project}/sessions/one?id={sent['session']}",
        "users": f"{project}/users",
        "user": f"{project}/users/one?id={sent['user']}",
        "setup": f"{project}/setup",
        "exports": f"{project}/exports",
        "prompts": f"{project}/prompts",
        "prompts-folder": f"{project}/prompts?folder=look",
        "prompts-nothing": f"{project}/prompts?q=nothing",
        "prompt": f"{project}/prompts/of/{stored_prompt}?version=2",
        "prompt-labels": f"{project}/prompts/of/{stored_prompt}?tab=labels",
        "prompt-use": f"{project}/prompts/of/{stored_prompt}?tab=use",
        "prompt-editor": f"{project}/prompts/new?name={stored_prompt}",
        "prompt-compare": f"{project}/prompts/compare?name={stored_prompt}&from=1&to=2",
        "prompt-promote": f"{project}/prompts/promote?name={stored_prompt}&version=2",
        "prompt-delete": f"{project}/prompts/delete?name=look/tone",
        "protected-labels": f"{project}/settings/protected-labels",
        "api-docs": "/api/docs",
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    size = {"width": width, "height": 900 if width > 400 else 740}
    page = open_page("/profile", size=size, theme=theme, language=language)
    for name, path in pages.items():
        page.goto(f"{stack.url}{path}")
        page.wait_for_load_state("networkidle")
        picture = FOLDER / f"{name}-{theme}-{language}-{width}.png"
        page.screenshot(path=picture, full_page=width < 400)
        assert picture.stat().st_size > 5_000

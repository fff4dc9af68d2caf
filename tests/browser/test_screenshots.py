"""`make screenshots`: every page in every theme, language and width, to be looked at.

They land in build/screenshots.
"""

import shutil
from pathlib import Path

import pytest

from tests.browser.furnished import furnish
from tests.browser.opened import presses
from tests.browser.pages_of_dashboards import pages_of_dashboards
from tests.browser.pages_of_traces import pages_of_traces

CHROMIUM = shutil.which("chromium") or ""
FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"

pytestmark = [
    pytest.mark.browser_all,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def pages_of_prompts(project: str, prompt: str) -> dict[str, str]:
    return {
        "prompts": f"{project}/prompts",
        "prompts-folder": f"{project}/prompts?folder=look",
        "prompts-nothing": f"{project}/prompts?q=nothing",
        "prompt": f"{project}/prompts/of/{prompt}?version=2",
        "prompt-labels": f"{project}/prompts/of/{prompt}?tab=labels",
        "prompt-use": f"{project}/prompts/of/{prompt}?tab=use",
        "prompt-editor": f"{project}/prompts/new?name={prompt}",
        "prompt-compare": f"{project}/prompts/compare?name={prompt}&from=1&to=2",
        "prompt-promote": f"{project}/prompts/promote?name={prompt}&version=2",
        "prompt-delete": f"{project}/prompts/delete?name=look/tone",
        "prompt-figures": f"{project}/prompts/of/{prompt}?tab=figures",
        "prompt-comments": f"{project}/prompts/of/{prompt}?tab=comments",
        "prompt-resolved": f"{project}/prompts/of/{prompt}?version=2&view=resolved",
        "prompt-create": f"{project}/prompts/new",
        "prompt-promote-closed": f"{project}/prompts/promote?name={prompt}&version=2&label=look",
        "prompt-take-away": f"{project}/prompts/label/remove?name={prompt}&label=staging",
        "prompt-unsplit": f"{project}/prompts/split?name={prompt}",
        "prompt-gone": f"{project}/prompts/of/look/gone",
        "prompt-missing": f"{project}/prompts/of/look/never",
        "prompts-deleted": f"{project}/prompts/deleted",
        "prompts-files": f"{project}/prompts/files",
        "gates": f"{project}/prompts/gates",
        "gates-of-prompt": f"{project}/prompts/gates?name={prompt}",
        "gate-edit": f"{project}/prompts/gates/edit?name={prompt}&label=look",
        "gate-delete": f"{project}/prompts/gates/delete?name={prompt}&label=look",
        "playground": f"{project}/playground?name={prompt}&version=2",
        "llm-connections": f"{project}/settings/llm",
        "llm-connection-new": f"{project}/settings/llm/new",
        "share links": f"{project}/settings/shares",
        "webhooks": f"{project}/settings/webhooks",
        "protected-labels": f"{project}/settings/protected-labels",
    }


def pages_of_evals(project: str) -> dict[str, str]:
    return {
        "scores": f"{project}/scores?range=1y",
        "score-figures": f"{project}/scores/one?name=helpful&type=NUMERIC&range=1y",
        "score-compare": f"{project}/scores/compare?a=NUMERIC:helpful&range=1y",
        "score-configs": f"{project}/settings/scores",
        "datasets": f"{project}/datasets",
        "dataset-new": f"{project}/datasets/new",
        "experiments": f"{project}/experiments",
        "experiment-new": f"{project}/experiments/new",
        "checks": f"{project}/checks",
        "evaluators": f"{project}/evaluators",
        "evaluator-library": f"{project}/evaluators/library",
        "annotation": f"{project}/annotation",
        "queue-new": f"{project}/annotation/new",
    }


@pytest.fixture(scope="module")
def pages(stack, session_cookies, api, project, sent, stored_prompt) -> dict[str, str]:
    made = furnish(stack, session_cookies, api, stored_prompt)
    return {
        **pages_of_traces(project, sent),
        **pages_of_prompts(project, stored_prompt),
        **pages_of_evals(project),
        **pages_of_dashboards(project),
        **made,
    }


@pytest.mark.parametrize("width", [360, 1440, 2560])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_pictured(open_page, stack, project, sent, pages, theme, language, width):
    FOLDER.mkdir(parents=True, exist_ok=True)
    size = {"width": width, "height": 900 if width > 400 else 740}
    page = open_page("/profile", size=size, theme=theme, language=language)
    shown = {name: (path, lambda page: None) for name, path in pages.items()}
    for name, (path, press) in {**shown, **presses(project, sent)}.items():
        page.goto(f"{stack.url}{path}")
        page.wait_for_load_state("networkidle")
        press(page)
        page.wait_for_load_state("networkidle")
        picture = FOLDER / f"{name}-{theme}-{language}-{width}.png"
        page.screenshot(path=picture, full_page=width < 400 and name in pages)
        assert picture.stat().st_size > 5_000

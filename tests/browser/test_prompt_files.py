"""The page of prompts as files in Debian's Chromium: down, up again, and nothing by surprise."""

import io
import shutil
import time
import zipfile

import pytest

CHROMIUM = shutil.which("chromium") or ""
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def zipped(**files: str) -> dict:
    """As a browser's file chooser gives it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.md", text)
    return {"name": "prompts.zip", "mimeType": "application/zip", "buffer": made.getvalue()}


@pytest.mark.parametrize(
    ("size", "theme", "language"), [(DESK, "light", "en"), (PHONE, "dark", "ko")]
)
def test_files_are_uploaded_looked_at_and_become_prompts(
    open_page, stack, size, theme, language, tmp_path
):
    name = f"files-{time.time_ns()}"
    url = f"/projects/{stack.project_id}/prompts/files"
    page = open_page(url, size=size, theme=theme, language=language)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_input_files("#id_zip", zipped(**{name: "---\nlabels: [production]\n---\nHi {{name}}"}))
    page.click("form[enctype] button.primary")
    page.wait_for_selector("table .chip.good")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "– → 1" in page.locator("tbody").inner_text()
    page.click("form[action$='/files/apply'] button.primary")
    page.wait_for_selector(".toast")
    page.goto(f"{stack.url}/projects/{stack.project_id}/prompts/of/{name}")
    assert "Hi " in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.goto(f"{stack.url}{url}")
        page.click(f"a[href='{url}/zip']")
    download.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.read(f"{name}.md").decode().endswith("---\nHi {{name}}\n")
    assert page.wrong == []


def test_a_file_that_cannot_be_is_told_on_the_page(open_page, stack):
    page = open_page(f"/projects/{stack.project_id}/prompts/files")
    page.set_input_files("#id_zip", zipped(bad="---\nfoo: 1\n---\n"))
    page.click("form[enctype] button.primary")
    page.wait_for_selector(".notice.bad")
    assert "“foo” means nothing here" in page.locator(".notice.bad").inner_text()

"""Experiments in Debian's Chromium: two versions of a prompt are run on a dataset by the worker,
and held side by side.
"""

import json
import shutil

import httpx
import pytest

from tests.browser.looks import DESK, PHONE
from tests.llm.stand_in import Provider, answers

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]
CAPITALS = {"Korea": "Seoul", "France": "Paris", "Peru": "Lima", "Norway": "Oslo", "Mali": "Bamako"}
CAPITALS |= {"Italy": "Rome", "Japan": "Tokyo", "Cuba": "Havana"}


@pytest.fixture(scope="module")
def provider():
    """Knows all capitals, and none of them when it is asked politely."""

    def script(handler, asked):
        question = json.dumps(asked.body)
        city = next(city for country, city in CAPITALS.items() if country in question)
        said = "Gladly! It is " + city if "please" in question else city
        answers(said)(handler, asked)

    with Provider() as provider:
        provider.will(script)
        yield provider


@pytest.fixture(scope="module")
def stack(stack):
    """With a dataset and two versions of a prompt to run on it."""
    auth = (stack.public_key, stack.secret_key)
    with httpx.Client(base_url=f"{stack.url}/api/public", auth=auth, timeout=60) as api:

        def post(path, body):
            answer = api.post(path, json=body)
            assert answer.is_success, answer.text

        post("/v2/datasets", {"name": "geo/capitals"})
        for country, city in CAPITALS.items():
            item = {"input": {"country": country}, "expectedOutput": city}
            post("/dataset-items", {"datasetName": "geo/capitals", **item})
        for text in ("Capital of {{country}}?", "The capital of {{country}}, please!"):
            post("/v2/prompts", {"name": "capital", "prompt": text})
    return stack


def looked_over(page) -> None:
    """Nothing sticks out on either width, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def connect(page, stack, provider) -> None:
    page.goto(f"{stack.url}/projects/{stack.project_id}/settings/llm")
    page.get_by_role("link", name="Add a connection").first.click()
    page.get_by_label("Name", exact=True).fill("Loopback")
    page.get_by_label("Base URL").fill(f"{provider.url}/v1")
    page.get_by_label("Models").fill("gpt-4o-mini")
    page.get_by_role("button", name="Save the connection").click()


def test_two_versions_are_run_and_compared_item_by_item(open_page, stack, provider, tmp_path):
    home = f"/projects/{stack.project_id}/experiments"
    page = open_page(home)
    looked_over(page)
    connect(page, stack, provider)
    page.goto(f"{stack.url}{home}")
    page.keyboard.press("n")
    page.get_by_label("Dataset").select_option(label="geo/capitals")
    page.get_by_label("Prompt").select_option("capital")
    page.get_by_label("Name", exact=True).fill("polite or not")
    for box in ("v2", "v1", "Exact match"):
        page.locator("label", has_text=box).first.get_by_role("checkbox").check()
    looked_over(page)
    page.get_by_role("button", name="Estimate the cost").click()
    page.locator("td", has_text="≈").first.wait_for()
    looked_over(page)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/experiments?dataset=*")
    page.get_by_role("link", name="polite or not · v2").click()
    page.locator("#progress .chip.good").wait_for(timeout=60_000)  # the page asks by itself
    looked_over(page)
    page.goto(f"{stack.url}{home}")
    page.get_by_role("link", name="polite or not · v1").click()
    page.locator("#progress .chip.good").wait_for(timeout=60_000)
    page.locator(".menu summary", has_text="More").click()
    page.get_by_role("button", name="Make it the baseline").click()
    page.get_by_text("This is the baseline").wait_for()
    page.goto(f"{stack.url}{home}")
    looked_over(page)
    page.get_by_label("Compare polite or not · v2").check()
    page.get_by_label("Compare polite or not · v1").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Regressed 8").wait_for()
    page.get_by_role("link", name="Compare against this").click()
    page.get_by_text("Improved 8").wait_for()
    page.get_by_role("link", name="Compare against this").click()
    page.get_by_text("Regressed 8").wait_for()
    row = page.locator("tr", has=page.locator("th", has_text="exact_match"))
    assert "Worse" in row.inner_text() and "-100" in row.inner_text().replace("−", "-")
    assert "Gladly!" in page.locator(".exp-item").first.inner_text()
    looked_over(page)
    page.get_by_role("link", name="Improved").click()
    page.get_by_text("No item is of this kind.").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    waiting.value.save_as(tmp_path / "file.csv")
    assert (tmp_path / "file.csv").read_text("utf-8-sig").count("gladly") == 0
    assert (tmp_path / "file.csv").read_text("utf-8-sig").count("Gladly!") == 8
    assert page.wrong == []

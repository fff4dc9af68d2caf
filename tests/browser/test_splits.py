"""A split and a canary in Debian's Chromium, served and watched by a running Sonde."""

import shutil
import time

import pytest

CHROMIUM = shutil.which("chromium") or ""
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture
def name(api) -> str:
    """A prompt of two versions; production points at the first."""
    name = f"split/{time.time_ns()}"
    for text, labels in (("one", ["production"]), ("two", [])):
        sent = {"name": name, "prompt": text, "labels": labels}
        api.post("/api/public/v2/prompts", json=sent).raise_for_status()
    return name


def served(api, name: str, unit: str) -> tuple[int, str]:
    path = name.replace("/", "%2F")
    answer = api.get(f"/api/public/v2/prompts/{path}", params={"userId": unit})
    return answer.json()["version"], answer.headers.get("X-Sonde-Split", "")


@pytest.mark.parametrize(
    ("size", "theme", "language"), [(DESK, "light", "en"), (PHONE, "dark", "ko")]
)
def test_a_split_is_started_widened_and_kept_and_users_get_it_at_once(
    open_page, stack, api, name, size, theme, language
):
    url = f"/projects/{stack.project_id}/prompts/split?name={name}"
    page = open_page(url, size=size, theme=theme, language=language)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    start = page.locator("form[action$='/split/start']")
    start.locator("[name=share_0]").fill("80")
    start.locator("[name=share_1]").fill("20")
    start.locator("button").click()
    page.wait_for_selector("svg.share-bar")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    users = [f"user-{n}" for n in range(60)]
    before = {user: served(api, name, user) for user in users}
    assert set(before.values()) == {
        (1, "label=production; version=1; share=80"),
        (2, "label=production; version=2; share=20"),
    }
    change = page.locator("form[action$='/split/change']")
    change.locator("[name=share_0]").fill("30")
    change.locator("[name=share_1]").fill("70")
    change.locator("button").click()
    page.wait_for_selector(".toast")
    after = {user: served(api, name, user)[0] for user in users}
    assert {user for user in users if before[user][0] == 2} < {
        user for user in users if after[user] == 2
    }
    page.locator("button[name=keep][value='2']").click()
    page.wait_for_selector("details.gate-run")
    assert {served(api, name, user) for user in users} == {(2, "")}
    assert page.wrong == []


def test_a_canary_goes_back_by_itself_when_its_calls_fail(open_page, stack, api, name):
    """Looked at by the Sonde's own beat and worker, which take a minute at most."""
    url = f"/projects/{stack.project_id}/prompts/split?name={name}"
    page = open_page(url)
    form = page.locator("form[action$='/split/canary']")
    assert form.locator("[name=candidate]").input_value() == "2"
    form.locator("button").click()
    page.wait_for_selector(".canary-steps [aria-current=step]")
    # After the canary began, also to whole seconds.
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    events = [
        {
            "id": f"{name}-{number}",
            "type": "generation-create",
            "timestamp": now,
            "body": {
                "id": f"{name}-{number}",
                "traceId": f"{name}-{number}",
                "startTime": now,
                "endTime": now,
                "level": "ERROR" if number % 2 else "DEFAULT",
                "promptName": name,
                "promptVersion": 1 + number % 2,
            },
        }
        for number in range(80)
    ]
    api.post("/api/public/ingestion", json={"batch": events}).raise_for_status()
    until = time.monotonic() + 120
    while served(api, name, "user-1")[1] and time.monotonic() < until:
        time.sleep(1)
    assert {served(api, name, f"user-{n}") for n in range(20)} == {(1, "")}
    page.goto(f"{stack.url}{url}")
    page.locator("details.gate-run > summary").click()
    told = page.locator("details.gate-run").inner_text()
    assert "Rolled back" in told
    assert "Failed calls, percentage points above the base" in told
    assert page.wrong == []

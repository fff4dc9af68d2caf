"""A browser and someone logged in to the running Sonde, for all tests in this folder."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or ""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser():
    """Not for longer: while it is open an event loop counts as running, and Django's database
    refuses every test that comes in between.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(scope="module")
def session_cookies(browser, stack) -> list[dict]:
    """Logged in once: hashing a password takes long."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{stack.url}/login")
    page.fill("#id_username", stack.email)
    page.fill("#id_password", stack.password)
    page.click("form.form button")
    page.wait_for_url("**/traces")
    cookies = context.cookies()
    context.close()
    return cookies


@pytest.fixture
def open_page(browser, stack, session_cookies):
    """`open_page(path, size=PHONE, theme="dark", language="ko")`: a page, and what went wrong on
    it.
    """
    contexts = []

    def open_at(path: str, *, size=None, theme="light", language="en", **options):
        context = browser.new_context(viewport=size or DESK, **options)
        contexts.append(context)
        chosen = {"sonde_theme": theme, "django_language": language}
        context.add_cookies(
            [
                *session_cookies,
                *({"name": k, "value": v, "url": stack.url} for k, v in chosen.items()),
            ]
        )
        page = context.new_page()
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and page.wrong.append(message.text),
        )
        page.goto(f"{stack.url}{path}")
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def project(stack) -> str:
    """Where the pages of the running Sonde's project are."""
    return f"/projects/{stack.project_id}"


def step_without_parent(rng, start: int, number: int):
    """Of one of three parents that never come, each named by over a hundred spans."""
    from traces.samples.playing import SampleSpan

    at, parent = start + number * 1_000_000, f"{number // 110 + 1:016x}"
    return SampleSpan(f"{rng.getrandbits(64):016x}", parent, f"step {number}", at, at + 500_000)


@pytest.fixture(scope="session")
def sent(stack) -> dict[str, str]:
    """Sample traffic and one hostile trace, sent; the ids of some of it by what they are."""
    import random
    import time

    from traces.management.commands.demo import HOUR, Sender, long_one, played
    from traces.samples.wire import export_request

    rng, now = random.Random(11), time.time_ns()
    traces = played(rng, 120, 20 * HOUR, now)
    long = long_one(rng, now)
    failed = next(one for one in traces if any(span.error for span in one.spans))
    rag = next(one for one in traces if one.spans[0].name == "rag-answer")
    hostile = played(rng, 1, HOUR, now)[0]
    for span in hostile.spans:
        span.name = '"><img src=x onerror=document.title="owned">' * 4
        hung = "<script>document.title='owned'</script>" * 30 + "가" * 3000 + "x" * 3000
        span.attributes |= {f"<b>{n}</b>" * 9: hung for n in range(4)}
        span.attributes["langfuse.observation.input"] = hung
    orphaned = played(rng, 1, HOUR, now)[0]
    orphaned.spans = [step_without_parent(rng, now - HOUR, number) for number in range(330)]
    sender = Sender(stack.url, stack.public_key, stack.secret_key)
    for trace in (*traces, long, hostile, orphaned):
        sender.post("/v1/traces", export_request([trace]))
    sender.post("/api/public/scores", [score for trace in traces for score in trace.scores])
    said = {"objectType": "TRACE", "objectId": long.id, "content": f"Slow? @{stack.email}"}
    sender.post("/api/public/comments", {"projectId": stack.project_id, **said})
    talk = next(one for one in traces if one.session)
    return {
        "failed": failed.id,
        "rag": rag.id,
        "long": long.id,
        "hostile": hostile.id,
        "orphaned": orphaned.id,
        "step": long.spans[2].id,
        "other-step": long.spans[5].id,
        "session": talk.session,
        "user": talk.user,
    }


@pytest.fixture(scope="session")
def api(stack):
    """Asks the running Sonde with its key."""
    import httpx

    with httpx.Client(base_url=stack.url, auth=(stack.public_key, stack.secret_key)) as client:
        yield client


@pytest.fixture(scope="session")
def stored_prompt(api) -> str:
    """Its name: three versions, an include, a placeholder, and a text built to do harm."""
    hostile = "<img src=x onerror=document.title='owned'>"
    tone = {"name": "look/tone", "type": "text", "prompt": "Be kind. {{shop}}"}
    first = [
        {"role": "system", "content": "@@@langfusePrompt:name=look/tone|label=production@@@ Hi"},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": "{{question}} {{not one}}"},
    ]
    second = [*first[:2], {"role": "user", "content": f"{{{{question}}}}\n{hostile}"}]
    answer = {"name": "look/answer", "type": "chat", "config": {"model": "gpt-4o", "a": hostile}}
    for body in (
        tone | {"labels": ["production"]},
        answer | {"prompt": first, "labels": ["production"], "tags": ["rag", "support"]},
        answer | {"prompt": second, "labels": ["staging"], "commitMessage": hostile},
        answer | {"prompt": second[:1], "config": {}, "commitMessage": "짧게 " * 40},
    ):
        assert api.post("/api/public/v2/prompts", json=body).status_code == 201
    return "look/answer"

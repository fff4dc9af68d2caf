"""A browser and someone logged in to the running Sonde, for all tests in this folder."""

import copy
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
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
NEW_KEY = re.compile(r'id="new-(?:public|secret)-key"[^>]*>([^<]+)<')
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser():
    """Not for longer: while it is open an event loop counts as running, and Django's database
    refuses every test that comes in between.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@contextmanager
def logged_in(stack) -> Iterator[httpx.Client]:
    """Whoever owns this Sonde. Follows redirects, and may send forms."""
    with httpx.Client(base_url=stack.url, follow_redirects=True, timeout=60) as person:
        person.get("/login")
        person.headers.update({"Referer": stack.url, "X-CSRFToken": person.cookies["csrftoken"]})
        person.post("/login", data={"username": stack.email, "password": stack.password})
        person.headers["X-CSRFToken"] = person.cookies["csrftoken"]
        yield person


@pytest.fixture(scope="module")
def stack(stack):
    """The running Sonde, with a project and keys for this file alone: no other file's traces, tags
    and prompts come in between.
    """
    own = copy.copy(stack)
    settings = f"/projects/{stack.project_id}/settings"
    with logged_in(stack) as person:
        made = person.post(f"{settings}/projects/new", data={"name": "Support bot"})
        own.project_id = re.search(r"/projects/([^/]+)/setup", made.url.path)[1]
        scopes = ["ingest", "read", "prompts", "admin"]
        keys = person.post(
            f"/projects/{own.project_id}/settings/keys", data={"note": "tests", "scopes": scopes}
        )
    own.public_key, own.secret_key = NEW_KEY.findall(keys.text)
    return own


@pytest.fixture(scope="module")
def session_cookies(stack) -> list[dict]:
    """Logged in once: hashing a password takes long. The file's project was chosen last."""
    with logged_in(stack) as person:
        person.get(f"/projects/{stack.project_id}")
        return [
            {"name": name, "value": value, "url": stack.url}
            for name, value in person.cookies.items()
        ]


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


@pytest.fixture(scope="module")
def project(stack) -> str:
    """Where the pages of the running Sonde's project are."""
    return f"/projects/{stack.project_id}"


def step_without_parent(rng, start: int, number: int):
    """Of one of three parents that never come, each named by over a hundred spans."""
    from traces.samples.playing import SampleSpan

    at, parent = start + number * 1_000_000, f"{number // 110 + 1:016x}"
    return SampleSpan(f"{rng.getrandbits(64):016x}", parent, f"step {number}", at, at + 500_000)


@pytest.fixture(scope="module")
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
    short = [*traces, hostile, orphaned]
    for some in ([long], *(short[n : n + 25] for n in range(0, len(short), 25))):
        sender.post("/v1/traces", export_request(some))
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


@pytest.fixture(scope="module")
def api(stack):
    """Asks the running Sonde with its key."""
    with httpx.Client(base_url=stack.url, auth=(stack.public_key, stack.secret_key)) as client:
        yield client


@pytest.fixture(scope="module")
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

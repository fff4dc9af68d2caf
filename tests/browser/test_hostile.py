"""Text that came from outside is text on every page: an XSS corpus in every field stored."""

import itertools
import json
import shutil
import time
import uuid
from urllib.parse import quote

import httpx
import pytest

from traces.views.inside import VIEWS
from traces.views.pane import TABS

KINDS = ("session", "user")
CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]

CORPUS = [
    "<script>window.owned=1</script>",
    "</script><script>window.owned=2</script>",
    '"><img src=x onerror=window.owned=3>',
    "'><svg onload=window.owned=4>",
    "javascript:window.owned=5",
    "[click](javascript:window.owned=6)",
    "![x](x){onerror=window.owned=7}",
    "<iframe srcdoc='<script>parent.owned=8</script>'></iframe>",
    "{{ 7*7 }}{% debug %}${window.owned=9}",
    "<a href='data:text/html,<script>owned=10</script>'>x</a>",
    "<math><mtext></p><style><img src onerror=window.owned=11></style>",
    "&lt;script&gt;window.owned=12&lt;/script&gt;",
    "<details open ontoggle=window.owned=13>",
    "<b hx-get='/logout' hx-trigger='load' hx-on:htmx:load='window.owned=14'>x</b>",
    "<style>body{display:none}</style>",
    "\u202e<script>window.owned=15</script>\u0000",
]


def langfuse_events(trace_id: str, text) -> list[dict]:
    """Every kind of event, every text in it `text()`."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    chat = [{"role": "user", "content": text()}, {"role": text(), "content": text()}]
    trace = {
        "id": trace_id,
        "name": text(),
        "userId": text(),
        "sessionId": text(),
        "release": text(),
        "version": text(),
        "tags": [text(), text()],
        "input": chat,
        "output": text(),
        "metadata": {text(): text(), "key": {"deep": text()}},
    }
    call = observation(trace_id, text, input=chat, model=text(), modelParameters={text(): text()})
    score = {"id": new_id(), "traceId": trace_id, "name": text(), "value": text()}
    made = {
        "trace-create": trace,
        "generation-create": call | {"promptName": text(), "completionStartTime": now},
        "span-create": observation(trace_id, text, input={text(): [text()]}),
        "event-create": observation(trace_id, text, input=text()),
        "score-create": score | {"comment": text(), "metadata": {text(): text()}},
    }
    return [
        {"id": new_id(), "timestamp": now, "type": kind, "body": {"startTime": now} | body}
        for kind, body in made.items()
    ]


def observation(trace_id: str, text, **more) -> dict:
    return {
        "id": new_id(),
        "traceId": trace_id,
        "name": text(),
        "level": "ERROR",
        "statusMessage": text(),
        "output": text(),
        "metadata": {text(): text()},
        "version": text(),
        **more,
    }


def otlp_export(trace_id: str, text) -> dict:
    """One span with text in every place that OTLP has for it, as a tool-calling model call."""

    def attributes(*names: str) -> list[dict]:
        return [{"key": name, "value": {"stringValue": text()}} for name in (*names, text())]

    now = time.time_ns()
    calls = [{"id": text(), "type": "function", "function": {"name": text(), "arguments": text()}}]
    span = {
        "traceId": trace_id,
        "spanId": new_id()[:16],
        "name": text(),
        "startTimeUnixNano": str(now - 10**9),
        "endTimeUnixNano": str(now),
        "status": {"code": 2, "message": text()},
        "attributes": [
            *attributes(
                "langfuse.user.id", "langfuse.session.id", "langfuse.trace.name", "gen_ai.system",
                "gen_ai.request.model", "langfuse.environment", "langfuse.release",
                "langfuse.trace.tags", "langfuse.observation.prompt.name",
                "gen_ai.prompt.0.content",
                "langfuse.observation.metadata.note", "langfuse.trace.metadata.note",
            ),
            {"key": "langfuse.observation.type", "value": {"stringValue": "generation"}},
            {"key": "langfuse.observation.input", "value": {"stringValue": json.dumps(
                [{"role": "assistant", "content": text(), "tool_calls": calls},
                 {"role": "tool", "tool_call_id": text(), "content": text()}])}},
            {"key": "langfuse.observation.output", "value": {"stringValue": text()}},
        ],
        "events": [{"name": text(), "timeUnixNano": str(now), "attributes": attributes(
            "exception.type", "exception.message", "exception.stacktrace")}],
        "links": [{"traceId": trace_id, "spanId": new_id()[:16], "attributes": attributes()}],
    }  # fmt: skip
    scope = {"name": text(), "version": text(), "attributes": attributes()}
    resource = {"attributes": attributes("service.name", "telemetry.sdk.name", "service.version")}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [span]}]}]
    }


def new_id() -> str:
    return uuid.uuid4().hex


@pytest.fixture(scope="module")
def hostile(stack) -> list[str]:
    """Traces of nothing but hostile text, whose places take turns in the corpus."""
    found = []
    for first in range(0, len(CORPUS), 8):
        turning = itertools.cycle(CORPUS[first:] + CORPUS[:first])
        for path, made in (
            ("/api/public/ingestion", langfuse_events), ("/v1/traces", otlp_export)
        ):  # fmt: skip
            trace_id = new_id()
            body = made(trace_id, lambda turning=turning: next(turning))
            sent = {"batch": body} if isinstance(body, list) else body
            answer = httpx.post(
                stack.url + path, json=sent, auth=(stack.public_key, stack.secret_key), timeout=60
            )
            assert answer.status_code in (200, 207) and not answer.json().get("errors"), answer.text
            found.append(trace_id)
    return found


def pages_of(project: str, trace_id: str) -> list[str]:
    trace = f"{project}/traces/{trace_id}"
    return [
        *(f"{trace}?tab={tab}" for tab in TABS),
        *(f"{trace}?view={view}" for view in VIEWS),
        f"{project}/peek?id={trace_id}",
    ]


def test_hostile_text_is_inert_on_every_page(open_page, stack, hostile):
    project = f"/projects/{stack.project_id}"
    columns = "input,output,model,user,session,environment,tags,version,release,metadata.note"
    page = open_page(f"{project}/traces?cols={columns}")
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog opened: {dialog.message}"))
    paths = [
        f"{project}/traces?cols={columns}",
        f"{project}/traces?kind=observations&cols={columns}",
        f"{project}/traces?part=choices",
        f"{project}/sessions",
        f"{project}/users",
        *(f"{project}/traces?q={quote(text)}" for text in CORPUS),
        *(f"{project}/{kind}s/one?id={quote(text)}" for text in CORPUS[:6] for kind in KINDS),
        *(path for trace_id in hostile for path in pages_of(project, trace_id)),
    ]
    page.goto(f"{stack.url}{paths[0]}")
    for path in paths:
        page.goto(f"{stack.url}{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.owned === undefined"), path
        assert page.evaluate("getComputedStyle(document.body).display") != "none", path
        harmful = "iframe, object, embed, [onerror], [onload], [ontoggle], [srcdoc]"
        assert page.locator(harmful).count() == 0, path
        assert page.locator("a[href^='javascript:' i], a[href^='data:' i]").count() == 0, path
    assert [text for text in page.wrong if "404" not in text] == []

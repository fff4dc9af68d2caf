"""Hostile text for every field that a client can fill, and what a page may make of it: nothing."""

import json
import typing
from dataclasses import fields
from decimal import Decimal
from html.parser import HTMLParser

from traces.records import Span

HOSTILE = (
    "<script>boom()</script>",
    '"><img src=x onerror=boom()>',
    "'><svg onload=boom()>",
    "</script><script>boom()</script>",
    "javascript:boom()",
    "[x](javascript:boom()) ![x](https://evil.example/p.png)",
    '<a hx-get="/logout" hx-trigger="load">x</a>',
    '" hx-get="/logout" hx-trigger="load" x="',
    "{{ 7*7 }}{% debug %}${7*7}",
    "=HYPERLINK(\"https://evil.example\")",
    "\u202eabc\u200b\ufeff\u0007",
    "%s %(x)s {0} {x.__class__}",
    "../../../etc/passwd?a=b#c",
    "한글 <b>굵게</b> 🎉 &amp; &lt;",
)  # fmt: skip
LIVE_TAGS = {
    "iframe",
    "object",
    "embed",
    "form",
    "img",
    "base",
    "link",
    "style",
    "meta",
    "math",
    "video",
    "audio",
}
SHELL = {"form": 12, "link": 5, "meta": 4}  # how many of them our own pages may hold


class Live(HTMLParser):
    """What a browser would run or fetch of a page."""

    def __init__(self):
        super().__init__()
        self.scripts, self.handlers, self.links, self.tags, self.swaps = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append((tag, name))
            if name == "style":
                self.handlers.append((tag, name))
            if name in ("href", "src", "action", "hx-get", "hx-post", "hx-delete", "data-hx-get"):
                self.links.append((tag, name, value or ""))
            if name.removeprefix("data-") in ("hx-post", "hx-delete", "hx-put", "hx-on", "hx-vals"):
                self.swaps.append((tag, name))
        if tag == "script":
            self.scripts.append(dict(attrs).get("src"))


def assert_dead(html: str, url: str) -> None:
    live = Live()
    live.feed(html)
    assert not live.handlers, url
    assert not live.swaps, url
    assert all(src and src.startswith("/static/") for src in live.scripts), (url, live.scripts)
    for tag, name, link in live.links:
        own = link == "" or (link[0] in "/?#" and not link.startswith("//"))
        elsewhere = (tag, name) == ("a", "href") and link.startswith(
            ("https://", "http://", "mailto:")
        )
        assert own or elsewhere, (url, tag, name, link)
        assert not (name.endswith("hx-get") and link.startswith("/logout")), url
    for tag in LIVE_TAGS - SHELL.keys():
        assert tag not in live.tags, (url, tag)
    for tag, most in SHELL.items():
        assert live.tags.count(tag) <= most, (url, tag)
    assert "boom()" not in "".join(src or "" for src in live.scripts)


def hostile_span(project_id: str, now: int, text: str, number: int) -> Span:
    """The text in every field that is text, list or mapping."""
    ids = {
        "project_id": project_id,
        "trace_id": f"{text}{number}",
        "span_id": f"{text}s",
        "start_time": now,
    }
    values: dict = {}
    for column in fields(Span):
        kind = column.type
        if column.name in ids or column.name in ("clocks", "cost", "usage"):
            continue
        if kind is str or kind == "str":
            values[column.name] = text
        elif typing.get_origin(kind) is list:
            values[column.name] = [text]
        elif typing.get_origin(kind) is dict:
            values[column.name] = {text: text}
    event = {
        "name": text,
        "time": now,
        "attributes": {text: text, "exception.type": text, "exception.stacktrace": text},
    }
    values |= {
        "parent_span_id": "",
        "is_root": True,
        "end_time": now + 5,
        "version": 1,
        "usage": {text: 5},
        "cost": {text: Decimal(1)},
        "total_cost": Decimal(1),
        "events": json.dumps([event]),
        "links": json.dumps([{"trace_id": text, "span_id": text}]),
    }
    return Span(**ids, **values)


def conversation(text: str) -> str:
    call = {
        "id": text,
        "type": "function",
        "function": {"name": text, "arguments": json.dumps({text: text})},
    }
    return json.dumps(
        [
            {"role": text, "content": text, "name": text},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": text}},
                    {"type": text, text: text},
                ],
            },
            {
                "role": "assistant",
                "content": text,
                "reasoning_content": text,
                "tool_calls": [call],
                "refusal": text,
            },
            {"role": "tool", "tool_call_id": text, "content": text},
        ]
    )

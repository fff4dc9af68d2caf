"""A message as Microsoft Teams shows it: an Adaptive Card 1.4. Pure.

All that came from outside stands in text runs, which know no Markdown and no mentions.
"""

from typing import Any

from django.utils.translation import gettext as _

from alerts.channels import wording
from alerts.channels.message import Alert, Message, cut
from alerts.channels.posting import as_bytes
from alerts.channels.tiers import Tier

MAX_BYTES = 24_000  # Teams takes 28 KB
MAX_LINE, MAX_NOTE, MAX_TITLE = 200, 500, 60
FEWER = (10, 5, 2, 1, 0)  # alerts that are named, as many as there is room for
STYLES = {Tier.INFO: "accent", Tier.WARNING: "warning", Tier.CRITICAL: "attention"}


def rendered(message: Message) -> dict[str, Any]:
    for count in FEWER:
        card = _card(message, message.alerts[:count])
        if len(as_bytes(card)) <= MAX_BYTES:
            break
    return card


def _card(message: Message, shown: tuple[Alert, ...]) -> dict[str, Any]:
    style = "good" if message.is_over else STYLES[Tier(message.tier)]
    title = _text([_run(wording.title(message), weight="bolder", size="large")])
    head = {"type": "Container", "style": style, "bleed": True, "items": [title]}
    said = [message.project_name, *wording.bounded_lines(message.note, MAX_NOTE).splitlines()]
    body = [head, *_lines(said)]
    for alert in shown:
        body.append(_alert(alert))
    body += _lines([wording.more(message, len(shown)), wording.course(message.series)])
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "fallbackText": cut(wording.title(message), MAX_LINE),
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": cut(words, MAX_TITLE), "url": url}
            for words, url in wording.links(message)
        ],
    }
    card = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [card]}


def _alert(alert: Alert) -> dict[str, Any]:
    items = [
        _text([_run(f"{name} ", weight="bolder"), _run(value)])
        for name, value in wording.facts(alert)
    ]
    if samples := wording.samples(alert):
        items.append(_linked(_("Examples"), samples))
    items.append(_linked("", wording.deeds(alert)))
    return {"type": "Container", "separator": True, "spacing": "medium", "items": items}


def _linked(words: str, links: list[tuple[str, str]]) -> dict[str, Any]:
    runs = [_run(f"{words} ", weight="bolder")] if words else []
    for text, url in links:
        opening = {"type": "Action.OpenUrl", "url": url}
        runs += [{**_run(cut(text, MAX_TITLE)), "selectAction": opening}, _run("   ")]
    return _text(runs)


def _lines(lines: list[str]) -> list[dict[str, Any]]:
    return [_text([_run(line)]) for line in lines if line]


def _text(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "spacing": "none", "inlines": runs}


def _run(text: str, **looks: str) -> dict[str, Any]:
    return {"type": "TextRun", "text": cut(text, MAX_LINE), **looks}

"""A message as Slack shows it: blocks beside a bar in the colour of the tier. Pure.

What came from outside stands escaped, so that it is no link, no mention and no markup that Slack
would act on (https://api.slack.com/reference/surfaces/formatting).
"""

from typing import Any

from django.utils.translation import gettext as _

from alerts.channels import wording
from alerts.channels.message import Alert, Message, cut
from alerts.channels.tiers import Tier

MAX_SECTION, MAX_TITLE, MAX_FACT, MAX_LINK_TEXT = 3000, 150, 200, 80
MAX_URL = 800  # three of them fit into a section
MOST_ALERTS = 10
COLOURS = {Tier.INFO: "#3b82f6", Tier.WARNING: "#f59e0b", Tier.CRITICAL: "#dc2626"}
OVER = "#16a34a"


def rendered(message: Message) -> dict[str, Any]:
    title = escaped(cut(wording.title(message), MAX_TITLE))
    shown = message.alerts[:MOST_ALERTS]
    blocks = _said([message.project_name], _note(message))
    for alert in shown:
        blocks += [{"type": "divider"}, *_said([], _alert(alert))]
    ending = [wording.more(message, len(shown)), wording.course(message.series)]
    blocks += _said(ending, _linked(wording.links(message)))
    colour = OVER if message.is_over else COLOURS[Tier(message.tier)]
    return {
        "text": f"*{title}*",
        "unfurl_links": False,  # a preview would open the links that acknowledge
        "unfurl_media": False,
        "attachments": [{"color": colour, "blocks": blocks}],
    }


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _said(plain: list[str], marked: str) -> list[dict[str, Any]]:
    """A section of lines, those of `marked` being escaped already; none where nothing is said."""
    lines = [escaped(cut(line, MAX_FACT)) for line in plain if line]
    text = "\n".join([*lines, marked] if marked else lines)
    if not text:
        return []
    # Verbatim: nothing in it becomes a link or a mention by itself.
    marked_text = {"type": "mrkdwn", "text": text, "verbatim": True}
    return [{"type": "section", "text": marked_text}]


def _note(message: Message) -> str:
    return _within(escaped(wording.bounded_lines(message.note, 1000)), 2000)


def _alert(alert: Alert) -> str:
    facts = [
        f"*{escaped(name)}* {escaped(cut(value, MAX_FACT))}" for name, value in wording.facts(alert)
    ]
    samples = _linked(wording.samples(alert))
    lines = [*facts, f"*{escaped(_('Examples'))}* {samples}" if samples else ""]
    return _lines([*lines, _linked(wording.deeds(alert))])


def _lines(lines: list[str]) -> str:
    """As many whole lines as a section holds."""
    kept = ""
    for line in lines:
        if line and len(kept) + len(line) < MAX_SECTION:
            kept = f"{kept}\n{line}" if kept else line
    return kept


def _linked(links: list[tuple[str, str]]) -> str:
    told = [(escaped(url), _words(words)) for words, url in links]
    return " · ".join(f"<{url}|{words}>" for url, words in told if len(url) <= MAX_URL)


def _words(words: str) -> str:
    return escaped(cut(words.replace("|", "¦"), MAX_LINK_TEXT))


def _within(text: str, most: int) -> str:
    """Not cut within what stands for one character."""
    if len(text) <= most:
        return text
    return text[:most].rpartition("&")[0] + "…"

"""What every kind of channel says of a message, in words and without markup. In the language that
is active.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.channels.message import Alert, Message, News, Series, cut
from alerts.channels.tiers import TIERS

TIER_WORDS = dict(TIERS)
BLOCKS = "▁▂▃▄▅▆▇█"
MOST_BLOCKS = 40
KEPT_IN_URL = ":/?#[]@!$&'()*+,;=-._~%"


def title(message: Message) -> str:
    """One line: “Firing, critical: Error rate”."""
    if message.is_test or message.news == News.DIGEST:
        return one_line(message.rule_name)
    news = News(message.news).label
    if message.is_over:
        return one_line(f"{news}: {message.rule_name}")
    return one_line(f"{news}, {tier_word(message.tier).lower()}: {message.rule_name}")


def tier_word(tier: str) -> str:
    return str(TIER_WORDS.get(tier, tier))


def segment(alert: Alert) -> str:
    """Which part of the traffic, as “model gpt-5, environment production”; "" is all of it."""
    return one_line(", ".join(f"{name} {value}" for name, value in alert.labels.items()))


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What it is called, and what it is; only what is known."""
    told = [
        (_("Segment"), segment(alert)),
        (_("Tier"), tier_word(alert.tier)),
        (_("Value"), one_line(alert.value)),
        (_("Limit"), one_line(alert.limit)),
        (_("Window"), one_line(alert.window)),
        (_("Began"), moment(alert.began_at)),
        (_("Ended"), moment(alert.ended_at) if alert.ended_at else ""),
    ]
    return [(name, value) for name, value in told if value]


def deeds(alert: Alert) -> list[tuple[str, str]]:
    """What can be done about it, with addresses. What is over needs neither of the last."""
    told = [(_("Open"), alert.url)]
    if not alert.ended_at:
        told += [(_("Acknowledge"), alert.acknowledge_url), (_("Silence"), alert.silence_url)]
    return list(_reachable(told))


def samples(alert: Alert) -> list[tuple[str, str]]:
    told = [(one_line(one.name) or _("Trace"), one.url) for one in alert.samples]
    return list(_reachable(told))


def links(message: Message) -> list[tuple[str, str]]:
    told = [
        (_("Rule"), message.rule_url),
        (_("Traces"), message.traces_url),
        (_("Runbook"), message.runbook_url),
    ]
    return list(_reachable(told))


def more(message: Message, shown: int) -> str:
    """Of the alerts that are not shown; "" where all are."""
    count = message.more + len(message.alerts) - shown
    if not count:
        return ""
    return ngettext("and %(count)d more alert", "and %(count)d more alerts", count) % {
        "count": count
    }


def course(series: Series) -> str:
    """“Error rate ▁▁▂▆█”, or "" where there is nothing to draw."""
    drawn = blocks(series)
    return f"{one_line(series.name)} {drawn}".strip() if drawn else ""


def blocks(series: Series) -> str:
    """The newest points as blocks of eight heights, from nothing (or the least) to the most; `·`
    where nothing is known.
    """
    points = series.points[-MOST_BLOCKS:]
    known = [point for point in points if point is not None]
    if not known:
        return ""
    least, most = min(0, *known), max(0, *known)
    height = (most - least) or 1
    return "".join(
        "·" if point is None else BLOCKS[round((point - least) / height * (len(BLOCKS) - 1))]
        for point in points
    )


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def one_line(text: str) -> str:
    return " ".join(text.split())


def bounded_lines(text: str, most: int) -> str:
    """A note of a person, with its lines."""
    return cut("\n".join(line.rstrip() for line in text.strip().splitlines()), most)


def web_address(url: str) -> str:
    """With nothing in it that could end a link early; "" where it is no address of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return quote(url, safe=KEPT_IN_URL)


def _reachable(told: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for words, url in told:
        if address := web_address(url):
            yield words, address

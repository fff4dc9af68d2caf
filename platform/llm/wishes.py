"""What connections are told to be, checked. Each problem is a sentence for whoever typed it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from llm.models import MAX_MODEL, MAX_NAME, MAX_URL, MOST_MODELS, LlmConnection, Protocol
from outbound import errors, sending
from traces.api.parameters import json_in

MAX_KEY = 4_000
MOST_HEADERS = 20
MAX_HEADER_NAME, MAX_HEADER_VALUE = 100, 4_000
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VISIBLE = re.compile(r"[\x20-\x7e]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# What the request itself says, or what would let one request become two.
NOT_OURS = frozenset(
    ("host", "content-length", "content-type", "transfer-encoding", "connection", "te", "upgrade",
     "trailer", "expect", "accept-encoding")
)  # fmt: skip


class Unacceptable(ValueError):
    """The message says what is wrong and what to do."""


def name_in(text: str) -> str:
    name = text.strip()
    if not 0 < len(name) <= MAX_NAME or CONTROL.search(name):
        raise Unacceptable(
            _("A name has 1 to %(most)d characters, and none that cannot be seen.")
            % {"most": MAX_NAME}
        )
    return name


def url_in(text: str, protocol: str) -> str:
    """As it is kept. An empty one is the provider's own, where it has one."""
    return url_and_doubt(text, protocol)[0]


def url_and_doubt(text: str, protocol: str) -> tuple[str, str]:
    """The address as it is kept, and why it cannot be asked just now: that may pass, or the name is
    mistyped.
    """
    text = text.strip()
    if not text:
        if protocol == Protocol.AZURE:
            raise Unacceptable(_("Azure has an address of its own for each resource: give it."))
        return "", ""
    if "?" in text or "#" in text or len(text) > MAX_URL:
        raise Unacceptable(
            _("A base URL has at most %(most)d characters, and no ? and no #.") % {"most": MAX_URL}
        )
    try:
        return str(sending.check(text, sending.LLM)).rstrip("/"), ""
    except errors.Refused as error:
        raise Unacceptable(str(error)) from error
    except errors.OutboundError as error:
        return text.rstrip("/"), str(error)  # whether it may be asked is seen at each call


def key_in(text: str) -> str:
    key = text.strip()
    if len(key) > MAX_KEY or not VISIBLE.fullmatch(key):
        raise Unacceptable(_("A key is one line of ASCII characters."))
    return key


def models_in(names: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(found) > MOST_MODELS:
        raise Unacceptable(_("A connection names at most %(most)d models.") % {"most": MOST_MODELS})
    for name in found:
        if len(name) > MAX_MODEL or CONTROL.search(name):
            raise Unacceptable(
                _("A model’s name has at most %(most)d characters, and none that cannot be seen.")
                % {"most": MAX_MODEL}
            )
    return found


def headers_in(given: Mapping[str, str]) -> dict[str, str]:
    if len(given) > MOST_HEADERS:
        raise Unacceptable(_("A connection has at most %(n)d headers.") % {"n": MOST_HEADERS})
    for name, value in given.items():
        if len(name) > MAX_HEADER_NAME or not TOKEN.fullmatch(name):
            raise Unacceptable(_("“%(name)s” is no name of a header.") % {"name": name[:100]})
        if name.lower() in NOT_OURS:
            raise Unacceptable(_("The header “%(name)s” is Sonde’s to set.") % {"name": name})
        if len(value) > MAX_HEADER_VALUE or not VISIBLE.fullmatch(value):
            raise Unacceptable(
                _("The value of “%(name)s” is one line of ASCII characters.") % {"name": name}
            )
    if len({name.lower() for name in given}) < len(given):
        raise Unacceptable(_("Each header stands once."))
    return dict(given)


def header_lines(text: str) -> dict[str, str]:
    """`Name: value` on each line."""
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon:
            raise Unacceptable(_("Write each header as “Name: value”, on a line of its own."))
        if name.strip() in found:
            raise Unacceptable(_("Each header stands once."))
        found[name.strip()] = value.strip()
    return headers_in(found)


def parameters_in(typed: str) -> dict[str, Any]:
    try:
        value = json_in(typed) if typed.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Unacceptable(_("This is no JSON that can be kept.")) from error
    if not isinstance(value, dict):
        raise Unacceptable(_("Write the parameters as a JSON object, in braces."))
    for name in ("model", "messages", "stream"):
        if name in value:
            raise Unacceptable(_("“%(name)s” is set by each call.") % {"name": name})
    return value


def is_elsewhere(connection: LlmConnection, protocol: str, base_url: str) -> bool:
    """Whether requests would go to another server than the one that the key was typed for."""

    def server(protocol: str, url: str) -> tuple:
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname, parts.port) if url else ("", protocol, None)

    before = server(connection.protocol, connection.base_url)
    return before != server(protocol, base_url)

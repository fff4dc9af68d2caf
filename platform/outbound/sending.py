"""Asking an address that somebody typed. No redirect is followed, no cookie kept, nothing of the
environment used; an answer is as long, and takes as long, as the limits say.
"""

import functools
import os
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

import certifi
import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from outbound.connecting import (
    CheckedNetwork,
    Deadline,
    ProxyNetwork,
    addresses_of,
    refuse_without_looking,
)
from outbound.errors import Refused, TooLarge, TooSlow, Unreachable
from outbound.urls import Target, parse

LLM, WEBHOOK, ALERT = "llm", "webhook", "alert"  # the surfaces: what networks are opened to
USER_AGENT = "Sonde/0.1"
MOST_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` from the first step to the last byte; `idle_seconds` between two bytes."""

    seconds: float = 30
    connect_seconds: float = 10
    idle_seconds: float = 30
    most_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `is_cut` where only the first bytes of it were wanted."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int
    is_cut: bool = False


@dataclass(slots=True)
class Streamed:
    """An answer that is still coming. Its names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    parts: Iterator[bytes] = field(repr=False)
    limits: Limits = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """As they arrive. Raises TooLarge, TooSlow, Unreachable."""
        count = 0
        for part in self.parts:
            count += len(part)
            if count > self.limits.most_bytes:
                raise TooLarge(
                    _("The answer is longer than %(count)d bytes.")
                    % {"count": self.limits.most_bytes}
                )
            yield part

    def lines(self) -> Iterator[str]:
        """Without their ends, as they arrive; for server-sent events. Raises TooLarge for a line of
        more than MOST_LINE_BYTES, too.
        """
        rest: list[bytes] = []  # joined once: a line may come a byte at a time
        count = 0
        for part in self.chunks():
            *whole, last = part.split(b"\n")
            for line in whole:
                yield _line([*rest, line])
                rest, count = [], 0
            count += len(last)
            if last:
                rest.append(last)
            if count > MOST_LINE_BYTES:
                raise TooLarge(
                    _("A line of the answer is longer than %(count)d bytes.")
                    % {"count": MOST_LINE_BYTES}
                )
        if rest:
            yield _line(rest)

    def read(self) -> bytes:
        return b"".join(self.chunks())


def check(url: str, surface: str, *, seconds: float = 5) -> Target:
    """The address as it is kept, if it may be asked now. For the moment at which it is typed; when
    it is asked, all of this is checked again. Raises OutboundError.
    """
    target = parse(url)
    if settings.OUTBOUND_PROXY:
        refuse_without_looking(target, surface)
    else:
        addresses_of(target, surface, Deadline.within(seconds))
    return target


def send(
    method: str,
    url: str,
    *,
    surface: str,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    limits: Limits | None = None,
    first_bytes: int | None = None,
) -> Answer:
    """The whole answer, whatever its status; or its `first_bytes` only, the rest unread. Raises
    OutboundError.
    """
    started = time.monotonic()
    with stream(
        method, url, surface=surface, headers=headers, content=content, limits=limits
    ) as answer:
        if first_bytes is None:
            body, is_cut = answer.read(), False
        else:
            body, is_cut = _beginning(answer, first_bytes)
        taken = round((time.monotonic() - started) * 1000)
        return Answer(answer.status, answer.headers, body, taken, is_cut)


def _line(parts: list[bytes]) -> str:
    return b"".join(parts).removesuffix(b"\r").decode("utf-8", "replace")


def _beginning(answer: Streamed, count: int) -> tuple[bytes, bool]:
    body = bytearray()
    for part in answer.parts:
        body += part
        if len(body) > count:
            return bytes(body[:count]), True
    return bytes(body), False


@contextmanager
def stream(
    method: str,
    url: str,
    *,
    surface: str,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    limits: Limits | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Streamed]:
    """An answer while it comes. Leaving the block closes the connection, and so does `stop`, set by
    another thread, within a moment. Raises OutboundError, also while it is read.
    """
    limits = limits or Limits()
    target, deadline = parse(url), Deadline.within(limits.seconds, stop)
    asked = {
        "user-agent": USER_AGENT,
        "accept": "*/*",
        **{name.lower(): value for name, value in (headers or {}).items()},
        "accept-encoding": "identity",  # an answer that unpacks to gigabytes is none
        "connection": "close",
        "host": target.authority,
    }
    timeout = {
        "connect": limits.connect_seconds,
        "read": limits.idle_seconds,
        "write": limits.idle_seconds,
        "pool": limits.connect_seconds,
    }
    with (
        _told(),
        _pool(target, surface, deadline) as pool,
        pool.stream(
            method,
            str(target),
            headers=list(asked.items()),
            content=content,
            extensions={"timeout": timeout},
        ) as response,
    ):
        yield Streamed(response.status, _headers(response), response.iter_stream(), limits)


def _headers(response: httpcore.Response) -> dict[str, str]:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
    }
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Unreachable(_("The answer is compressed, though that was not asked for."))
    return headers


def _pool(target: Target, surface: str, deadline: Deadline) -> httpcore.ConnectionPool:
    """A connection of its own for each request: what one was checked for, no other uses."""
    if settings.OUTBOUND_PROXY:
        refuse_without_looking(target, surface)
        return _proxy(settings.OUTBOUND_PROXY, deadline)
    return httpcore.ConnectionPool(
        ssl_context=_tls(), network_backend=CheckedNetwork(target, surface, deadline)
    )


def _proxy(url: str, deadline: Deadline) -> httpcore.HTTPProxy:
    """The operator's, with the name and the password that may stand in its address."""
    parts = urlsplit(url)
    person = (unquote(parts.username or ""), unquote(parts.password or ""))
    return httpcore.HTTPProxy(
        urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])),
        proxy_auth=person if parts.username else None,
        ssl_context=_tls(),
        network_backend=ProxyNetwork(deadline),
    )


@functools.cache
def _tls() -> ssl.SSLContext:
    """Trusts what the machine trusts, and certifi's list, unless SSL_CERT_FILE names another."""
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        context.load_verify_locations(certifi.where())
    return context


@contextmanager
def _told() -> Iterator[None]:
    """What the network says, in words for people."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise TooSlow(_("The answer took too long.")) from error
    except httpcore.ConnectError as error:
        if error.args and isinstance(error.args[0], ssl.SSLError):
            raise Unreachable(_("TLS failed: %(why)s") % {"why": _why(error.args[0])}) from error
        raise Unreachable(_("Nobody answers at this address.")) from error
    except httpcore.LocalProtocolError as error:
        raise Refused(_("A header of the request is not valid.")) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
        raise Unreachable(_("The connection broke before the answer was whole.")) from error


def _why(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or "no handshake").replace("_", " ").lower()

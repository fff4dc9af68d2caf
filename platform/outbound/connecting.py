"""Connections to the very addresses that were checked, within a given time.

A name is looked up, checked and connected to in one step, at the moment of connecting: a name
server that answers differently the next time gains nothing. TLS still asks for the name.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from outbound.addresses import Address, Network, is_in, is_public, networks, plain
from outbound.errors import Refused, Stopped, TooSlow, Unreachable
from outbound.urls import Target

MOST_TRIED = 4  # addresses of one name
WRITTEN_AT_ONCE = 65536
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which all patience ends, and before it what ends it at once."""

    at: float
    stop: threading.Event | None = None

    @classmethod
    def within(cls, seconds: float, stop: threading.Event | None = None) -> "Deadline":
        return cls(time.monotonic() + seconds, stop)

    def left(self, at_most: float | None = None) -> float:
        """Raises TooSlow where nothing is left, and Stopped where nobody waits any more."""
        if self.stop is not None and self.stop.is_set():
            raise Stopped(_("Stopped."))
        left = self.at - time.monotonic()
        if left <= 0:
            raise TooSlow(_("The answer took too long."))
        return left if at_most is None else min(left, at_most)


def allowed_for(surface: str) -> tuple[Network, ...]:
    """What the operator opened to everything, and to this use of it."""
    return networks(
        [*settings.OUTBOUND_ALLOWED_NETWORKS, *settings.OUTBOUND_ALLOWED_NETWORKS_OF[surface]]
    )


def addresses_of(target: Target, surface: str, deadline: Deadline) -> list[Address]:
    """Where the target leads, if all of it may be asked. Raises Refused, Unreachable, TooSlow."""
    found = looked_up(target.host, deadline)
    _refuse_where_closed(target, found, surface)
    return found[:MOST_TRIED]


def refuse_without_looking(target: Target, surface: str) -> None:
    """For what a proxy looks up: all that can be said of the address as it stands."""
    try:
        found = [plain(ip_address(target.host))]
    except ValueError:
        found = []
    _refuse_where_closed(target, found, surface)


def _refuse_where_closed(target: Target, found: list[Address], surface: str) -> None:
    allowed = allowed_for(surface)
    outside = [address for address in found if not is_in(address, allowed)]
    if not all(is_public(address) for address in outside):
        raise Refused(
            _("“%(host)s” leads to a network that the operator of this Sonde has not opened.")
            % {"host": target.host}
        )
    is_inside = bool(found) and not outside
    if target.scheme == "http" and not is_inside and not settings.OUTBOUND_ALLOW_HTTP:
        raise Refused(_("The address must begin with https://."))


def looked_up(host: str, deadline: Deadline) -> list[Address]:
    """All addresses of the host. In a thread, since looking up knows no time limit."""
    try:
        return [plain(ip_address(host))]
    except ValueError:
        pass
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.left(10))
    if thread.is_alive():
        raise TooSlow(_("Looking up “%(host)s” took too long.") % {"host": host})
    texts = dict.fromkeys(entry[4][0].partition("%")[0] for entry in found)
    if not texts:
        raise Unreachable(_("“%(host)s” cannot be looked up.") % {"host": host})
    return [plain(ip_address(text)) for text in texts]


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to one target only, wherever it leads at that moment, if that is allowed."""

    def __init__(self, target: Target, surface: str, deadline: Deadline) -> None:
        self.target, self.surface, self.deadline = target, surface, deadline
        self.plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if (host, port) != (self.target.host, self.target.port):
            raise Refused(_("Only the address that was checked is asked."))
        failure: Exception | None = None
        for address in addresses_of(self.target, self.surface, self.deadline):
            try:
                stream = self.plain.connect_tcp(str(address), port, self.deadline.left(timeout))
                return TimedStream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")


class ProxyNetwork(httpcore.SyncBackend):
    """Connects to the operator's proxy, which decides itself where it leads people."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = super().connect_tcp(host, port, self.deadline.left(timeout))
        return TimedStream(stream, self.deadline)


class TimedStream(httpcore.NetworkStream):
    """A connection on which no read or write waits past the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.deadline.stop is None:
            return self.stream.read(max_bytes, self.deadline.left(timeout))
        until = time.monotonic() + self.deadline.left(timeout)
        while True:  # a read that waits sees no stop: it waits a little at a time
            left = max(until - time.monotonic(), 0.001)
            try:
                return self.stream.read(max_bytes, self.deadline.left(min(left, LOOK_SECONDS)))
            except httpcore.ReadTimeout:
                if time.monotonic() >= until:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITTEN_AT_ONCE):
            part = buffer[start : start + WRITTEN_AT_ONCE]
            self.stream.write(part, self.deadline.left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self.deadline.left(timeout)
        stream = self.stream.start_tls(ssl_context, server_hostname, left)
        return TimedStream(stream, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)

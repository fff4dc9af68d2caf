"""Addresses as people type them, checked and written in one way. Pure.

What is checked here is what is asked later: nothing reads the typed text a second time.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, quote, urlsplit

import idna
from django.utils.translation import gettext as _

from outbound.errors import Refused

MAX_CHARACTERS = 2000
DEFAULT_PORT = {"https": 443, "http": 80}
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\ufeff\ud800-\udfff]")
LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*")
NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
KEPT = "/:@!$&'()*+,;=-._~%"  # what a path may hold as it is; all else is written as %XX


@dataclass(frozen=True, slots=True)
class Target:
    """One address. `host` is an IP address or an ASCII name, without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        """Host and port, as they stand in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str) -> Target:
    """Raises Refused with what to change."""
    if len(url) > MAX_CHARACTERS:
        raise Refused(
            _("The address has at most %(count)d characters.") % {"count": MAX_CHARACTERS}
        )
    if UNSEEN.search(url) or "\\" in url:
        raise Refused(_("The address must not hold spaces, backslashes or unseen characters."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(_("This is no address of the form https://host/path.")) from error
    if parts.scheme not in DEFAULT_PORT or not parts.hostname:
        raise Refused(_("The address must begin with https:// and name a host."))
    if "@" in parts.netloc:
        raise Refused(_("The address must not hold a user name or a password."))
    if port == 0:
        raise Refused(_("The port is a number from 1 to 65535."))
    return Target(
        scheme=parts.scheme,
        host=_host(parts),
        port=port or DEFAULT_PORT[parts.scheme],
        path=_path(parts),
    )


def _path(parts: SplitResult) -> str:
    query = f"?{quote(parts.query, safe=KEPT + '?/')}" if parts.query else ""
    return quote(parts.path or "/", safe=KEPT) + query


def _host(parts: SplitResult) -> str:
    typed = parts.hostname or ""
    if ":" in typed or "[" in parts.netloc:
        try:
            address = ip_address(typed)
        except ValueError:
            address = None
        if not isinstance(address, IPv6Address) or address.scope_id:
            raise Refused(_("What stands in brackets must be an IPv6 address."))
        return str(address)
    return _name(typed)


def _name(typed: str) -> str:
    """An IPv4 address in its usual form, or a name. `0x7f.1` is an address to some resolvers and a
    name to others, so it is neither here.
    """
    try:
        name = idna.encode(typed, uts46=True).decode() if not typed.isascii() else typed
    except idna.IDNAError as error:
        raise Refused(_("The host is no name that can be looked up.")) from error
    name = name.lower().removesuffix(".")
    if len(name) > 253 or not HOST.fullmatch(name):
        raise Refused(_("The host is no name that can be looked up."))
    if NUMBER.fullmatch(name.rpartition(".")[2]):
        try:
            return str(ip_address(name))
        except ValueError as error:
            raise Refused(_("An IP address is written as four decimal numbers.")) from error
    return name

"""Which IP addresses may be asked: those of the internet, and what the operator opens. Pure."""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Written out, since what `is_global` says changed between releases of Python. It is asked as well.
NEVER_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "::/96",  # unspecified, loopback, and IPv4 written as IPv6 in the oldest way
        "64:ff9b::/96",  # NAT64: a gateway makes IPv4 of it
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, which holds an IPv4 address, and other special purposes
        "2001:db8::/32",
        "2002::/16",  # 6to4: holds an IPv4 address
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/9",  # link-local, and what was site-local
        "ff00::/8",
    )
)
# Where clouds hand their machines credentials. A network that merely holds one does not allow it.
METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
    )
)


def networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Raises ValueError where one is neither a network nor an address."""
    return tuple(ip_network(word) for word in words)


def plain(address: Address) -> Address:
    """The IPv4 address that `::ffff:…` means, else the address itself, without its zone."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def is_in(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether the operator named it: by a network, or, where it is metadata, by itself."""
    address = plain(address)
    holding = [network for network in allowed if address in network]
    if address in METADATA:
        return any(network.num_addresses == 1 for network in holding)
    return bool(holding)


def is_public(address: Address) -> bool:
    address = plain(address)
    if address in METADATA or not address.is_global:
        return False
    return not any(address in network for network in NEVER_PUBLIC)

"""Which addresses may be asked, in every way of writing them."""

import re
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.addresses import is_in, is_public, networks, plain
from outbound.errors import Refused
from outbound.urls import parse

ROOT = Path(__file__).resolve().parents[2]
CLOSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fec0::1", "ff02::1", "2001:db8::1",
]  # fmt: skip
OPEN = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("text", CLOSED)
def test_an_address_that_is_not_of_the_internet_is_closed(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", OPEN)
def test_an_address_of_the_internet_is_open(text):
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_gains_nothing_by_being_written_as_ipv6(address):
    mapped = ip_address(f"::ffff:{address}")
    assert is_public(mapped) == is_public(address)
    for spelt in (f"::{address}", f"64:ff9b::{address}"):
        assert not is_public(ip_address(spelt))
    packed = int(address)
    assert not is_public(ip_address(f"2002:{packed >> 16:x}:{packed & 0xFFFF:x}::"))


@given(st.ip_addresses(network="192.168.0.0/16"))
def test_what_the_operator_names_is_open(address):
    assert is_in(address, networks(["192.168.0.0/16"]))
    assert is_in(ip_address(f"::ffff:{address}"), networks(["192.168.0.0/16"]))
    assert not is_in(address, networks(["10.0.0.0/8", "::/0"]))


def test_metadata_opens_only_by_its_own_name():
    metadata = ip_address("169.254.169.254")
    assert not is_in(metadata, networks(["0.0.0.0/0", "169.254.0.0/16"]))
    assert is_in(metadata, networks(["169.254.169.254/32"]))


def test_a_zone_is_not_part_of_an_address():
    assert plain(ip_address("fe80::1%eth0")) == ip_address("fe80::1")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://EXAMPLE.com:443/A?b=c#d", "https://example.com/A?b=c"),
        ("https://example.com:8443/a%2Fb", "https://example.com:8443/a%2Fb"),
        ("https://example.com./", "https://example.com/"),
        ("https://bücher.example/ü?q=한", "https://xn--bcher-kva.example/%C3%BC?q=%ED%95%9C"),
        ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ("https://my_host.internal/", "https://my_host.internal/"),
    ],
)
def test_an_address_is_kept_in_one_way_of_writing_it(typed, kept):
    assert str(parse(typed)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "example.com", "//example.com", "ftp://example.com", "file:///etc/passwd",
        "gopher://127.0.0.1:70/", "javascript:alert(1)", "https://", "https:///path",
        "https://user@example.com/", "https://user:pass@example.com/", "https://@example.com/",
        "https://a.example@127.0.0.1/", "https://example.com:0/", "https://example.com:65536/",
        "https://example.com:x/", "https://exa mple.com/", "https://example.com/\r\nX: y",
        "https://example.com\\@127.0.0.1/", "https://exa\u200bmple.com/", "https://example.com/\0",
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://127.1/", "http://127.0.1/", "http://127.0.0.0x1/", "http://127.0.0.1.1/",
        "http://256.0.0.1/", "http://1.2.3.08/", "http://[::1", "http://[::1%25lo]/",
        "http://[fe80::1%eth0]/", "http://[v1.x]/", "http://[127.0.0.1]/", "https://-a.example/",
        "https://a..example/", "https://" + "a" * 64 + ".example/", "https://ex%61mple.com/",
        "https://example.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_with_a_sentence(typed):
    with pytest.raises(Refused, match=r"\.$"):
        parse(typed)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_kept_or_refused(text):
    for typed in (text, f"https://{text}", f"https://{text}/x", f"https://a.example/{text}"):
        try:
            target = parse(typed)
        except Refused:
            continue
        assert str(target).isascii()
        assert parse(str(target)) == target


def test_nothing_else_in_the_product_makes_requests():
    """The exceptions ask addresses that the operator, or whoever runs the command, has set."""
    speaking = re.compile(
        r"^\s*(?:import|from) (httpx|httpcore|requests|aiohttp|urllib\.request|http\.client)\b",
        re.M,
    )
    speakers = {
        str(path.relative_to(ROOT))
        for folder in ("platform", "prompts", "ingest")
        for path in (ROOT / folder).rglob("*.py")
        if speaking.search(path.read_text(encoding="utf-8"))
    }
    assert speakers == {
        "platform/outbound/connecting.py",
        "platform/outbound/sending.py",
        "platform/embedded/probe.py",  # whether our own processes are up
        "platform/traces/management/commands/demo.py",
        "prompts/cli.py",
    }

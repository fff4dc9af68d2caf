"""On the real server: whoever speaks slowly, or does not listen, takes nothing from the others."""

import re
import selectors
import socket
import time
import urllib.request
from contextlib import ExitStack, suppress
from http.client import HTTPResponse

import httpx
import pytest

HOST = b"Host: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
JSON = b"Content-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CLIENTS = 80  # there are two processes with 16 threads each
PROMPT_SECONDS = 3.0  # nobody else may wait as long as a slow client may

SLOW = {
    "silent": b"",
    "half a head": b"POST /v1/traces HTTP/1.1\r\n" + HOST + b"X-a: b\r\n",
    "no body for the login": b"POST /login HTTP/1.1\r\n"
    + HOST
    + FORM
    + b"Content-Length: 1000\r\n\r\n",
    "no body, no key": b"POST /v1/traces HTTP/1.1\r\n"
    + HOST
    + JSON
    + b"Content-Length: 10\r\n\r\n",
    "half a long body": b"POST /v1/traces HTTP/1.1\r\n"
    + HOST
    + JSON
    + b"Content-Length: 900000\r\n\r\n"
    + b" " * 400_000,
    "half a long form": b"POST /login HTTP/1.1\r\n"
    + HOST
    + FORM
    + b"Content-Length: 900000\r\n\r\n"
    + b"a" * 400_000,
    "waits to be told to go on": b"POST /login HTTP/1.1\r\n"
    + HOST
    + FORM
    + b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n",
    "chunks that do not end": b"POST /login HTTP/1.1\r\n"
    + HOST
    + FORM
    + CHUNKED
    + b"\r\nff\r\n\r\n\r\n",
    "a second request that does not end": b"GET /healthz HTTP/1.1\r\n"
    + HOST
    + b"\r\nGET /healthz HTTP/1.1\r\n",
    "asks to close, and does not": b"GET /healthz HTTP/1.1\r\n"
    + HOST
    + b"Connection: close\r\n\r\n",
}


def connected(stack) -> socket.socket:
    return socket.create_connection(("127.0.0.1", stack.port), timeout=60)


def seconds_of_an_answer(stack) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(f"{stack.url}/healthz", timeout=60) as answer:
        assert answer.read() == b"ok\n"
    return time.monotonic() - began


def answer_to(stack, *parts: bytes) -> bytes:
    """Everything that comes until the server closes."""
    with connected(stack) as client:
        for part in parts:
            client.sendall(part)
        said = b""
        while data := client.recv(65536):
            said += data
    return said


@pytest.mark.parametrize("said", SLOW.values(), ids=SLOW.keys())
def test_eighty_slow_clients_keep_nobody_waiting(stack, said):
    stack.wait_until_ready()
    with ExitStack() as open_clients:
        for _ in range(CLIENTS):
            client = open_clients.enter_context(connected(stack))
            client.sendall(said)
        assert max(seconds_of_an_answer(stack) for _ in range(4)) < PROMPT_SECONDS
    assert seconds_of_an_answer(stack) < PROMPT_SECONDS


def test_who_does_not_finish_is_told_so_and_cut_off(stack):
    began = time.monotonic()
    said = answer_to(stack, SLOW["half a head"])
    assert said.startswith(b"HTTP/1.1 408 ")
    assert 15 < time.monotonic() - began < 40


def test_after_a_body_that_nobody_read_the_connection_closes(stack):
    said = answer_to(stack, SLOW["half a long body"])
    head = said.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 401 ")
    assert b"connection: close" in head


@pytest.mark.parametrize(
    "request_of",
    [
        lambda body: b"Content-Length: %d\r\n\r\n%s" % (len(body), body),
        lambda body: CHUNKED + b"\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
    ],
    ids=["length", "chunks"],
)
@pytest.mark.parametrize("size", [1, 70_000, 255_900, 262_144, 2_000_000])
def test_bodies_of_every_size_arrive_and_the_connection_goes_on(stack, auth, request_of, size):
    key = f"Authorization: {auth(stack)['Authorization']}\r\n".encode()
    body = b'{"resourceSpans": [%s]}' % (b" " * size)
    head = b"POST /v1/traces HTTP/1.1\r\n" + HOST + JSON + key
    with connected(stack) as client:
        for _ in range(2):
            client.sendall(head + request_of(body))
            with HTTPResponse(client) as answer:
                answer.begin()
                assert (answer.status, answer.read()) == (200, b"{}")


def test_requests_sent_one_after_the_other_without_waiting_are_all_answered(stack):
    request = b"GET /healthz HTTP/1.1\r\n" + HOST
    said = answer_to(stack, (request + b"\r\n") * 5 + request + b"Connection: close\r\n\r\n")
    assert said.count(b"HTTP/1.1 200 OK") == 6


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"\r\n\r\nGET / HTTP/1.1\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 80_000, b"431"),
        (b"no request\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_answered_at_once(stack, request_line, status):
    assert answer_to(stack, request_line).startswith(b"HTTP/1.1 " + status)


def test_one_address_may_leave_only_so_many_requests_unfinished(stack):
    with ExitStack() as open_clients:
        clients = [open_clients.enter_context(connected(stack)) for _ in range(450)]
        for client in clients:
            with suppress(OSError):  # refused before it could speak
                client.sendall(SLOW["half a head"])
        refused = first_said(clients)
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: " in refused
    stack.wait_until_ready()
    assert seconds_of_an_answer(stack) < PROMPT_SECONDS


def first_said(clients: list[socket.socket]) -> bytes:
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client, selectors.EVENT_READ)
        [(key, _), *_] = selector.select(timeout=10)
        return key.fileobj.recv(65536)


def test_static_files_arrive_whole(stack):
    """They are sent by the kernel, which the socket must let through with its arguments."""
    page = httpx.get(f"{stack.url}/login", follow_redirects=True).text
    paths = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(paths) >= 3
    for path in paths:
        for coding in ("identity", "gzip"):
            answer = httpx.get(stack.url + path, headers={"Accept-Encoding": coding})
            assert answer.status_code == 200
            assert len(answer.content) > 100, path

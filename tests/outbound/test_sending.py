"""Requests to addresses that people typed, against servers and name servers that mean harm."""

import socket
import ssl
import threading
import time
from base64 import b64encode

import pytest

from outbound import sending
from outbound.errors import OutboundError, Refused, TooLarge, TooSlow, Unreachable
from outbound.sending import LLM, WEBHOOK, Limits, check, send, stream
from tests.outbound.servers import certificate, serving, tunnel

SOON = Limits(seconds=1, connect_seconds=1, idle_seconds=1, most_bytes=100_000)


@pytest.fixture
def opened(settings):
    """Loopback, as an operator opens it for webhooks."""
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": [], "webhook": ["127.0.0.1/32"]}


@pytest.fixture
def names(monkeypatch):
    """A name server of the test's: what it answers for each name, one list for each time."""
    answers: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **options):
        if host not in answers:
            return real(host, port, *args, **options)
        now = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        if not now:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0))
            for ip in now
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


def test_an_answer_comes_back_whole(opened):
    with serving(lambda asked: asked.answer(201, b"made", X_Shown="yes")) as server:
        answer = send(
            "POST", f"{server.url}/hook?a=b", surface=WEBHOOK, headers={"X-A": "1"}, content=b"{}"
        )
    assert (answer.status, answer.body, answer.headers["x-shown"]) == (201, b"made", "yes")
    [(path, headers, body)] = server.asked
    headers = {name.lower(): value for name, value in headers.items()}
    assert (path, headers["x-a"], body) == ("/hook?a=b", "1", b"{}")
    assert headers["host"] == server.url.removeprefix("http://")


def test_an_answer_is_read_while_it_comes(opened):
    first_was_read = threading.Event()

    def answering(asked):
        asked.send_response(200)
        asked.end_headers()
        asked.wfile.write("data: 하나\r\n\nda".encode())
        asked.wfile.flush()
        assert first_was_read.wait(10)
        asked.wfile.write(b"ta: two")
        asked.close_connection = True

    with (
        serving(answering) as server,
        stream("GET", server.url, surface=WEBHOOK) as answer,
    ):
        lines = answer.lines()
        assert next(lines) == "data: 하나"
        first_was_read.set()
        assert list(lines) == ["", "data: two"]


def lines_of(parts, most_bytes=20_000_000):
    """Of an answer that comes in these parts."""
    return list(sending.Streamed(200, {}, iter(parts), Limits(most_bytes=most_bytes)).lines())


def test_lines_are_the_same_however_they_are_cut():
    whole = "하나\r\n\n\r\nda\rta\nlast".encode()
    wanted = ["하나", "", "", "da\rta", "last"]
    for size in range(1, len(whole) + 1):
        parts = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert lines_of(parts) == wanted


def test_a_line_that_comes_in_many_parts_takes_no_longer_than_its_length():
    began = time.process_time()
    assert lines_of([b"x"] * 1_000_000 + [b"\n"]) == ["x" * 1_000_000]
    assert time.process_time() - began < 5


def test_a_line_without_an_end_is_not_read_to_the_end():
    parts = iter([b"x" * 65_536] * 100)
    with pytest.raises(TooLarge, match="line"):
        lines_of(parts)
    assert sum(1 for _ in parts) > 80


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_this_machine_is_closed_until_the_operator_opens_it(host):
    with serving(lambda asked: asked.answer()) as server:
        url = f"http://{host}:{server.server_port}/"
        with pytest.raises(Refused, match="has not opened"):
            send("GET", url, surface=WEBHOOK)
        with pytest.raises(Refused, match="has not opened"):
            check(url, WEBHOOK)
    assert not server.asked


def test_what_is_opened_for_webhooks_stays_closed_to_the_rest(opened):
    with serving(lambda asked: asked.answer()) as server:
        assert send("GET", server.url, surface=WEBHOOK).status == 200
        with pytest.raises(Refused):
            send("GET", server.url, surface=LLM)


def test_a_name_that_leads_inside_later_is_refused_later(names):
    names["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    with serving(lambda asked: asked.answer()) as server:
        url = f"https://rebinding.example:{server.server_port}/"
        assert str(check(url, WEBHOOK)) == url
        with pytest.raises(Refused):
            send("GET", url, surface=WEBHOOK)
    assert not server.asked


def test_the_address_that_was_checked_is_the_one_that_is_asked(names, opened, monkeypatch):
    names["hooks.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    connected = []
    real = socket.create_connection

    def create_connection(address, *args, **options):
        connected.append(address[0])
        return real(address, *args, **options)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    with serving(lambda asked: asked.answer()) as server:
        url = f"http://hooks.example:{server.server_port}/"
        assert send("GET", url, surface=WEBHOOK).status == 200
    assert connected == ["127.0.0.1"]


def test_one_closed_address_among_open_ones_closes_the_name(names):
    names["mixed.example"] = [["93.184.216.34", "192.168.0.1"]]
    with pytest.raises(Refused):
        check("https://mixed.example/", WEBHOOK)


def test_a_name_that_nobody_knows_is_told(names):
    names["nobody.example"] = [[]]
    with pytest.raises(Unreachable, match=r"“nobody\.example” cannot be looked up"):
        check("https://nobody.example/", WEBHOOK)


def test_a_name_server_that_never_answers_does_not_hold_anybody(monkeypatch):
    released = threading.Event()

    def getaddrinfo(*args, **options):
        released.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    started = time.monotonic()
    with pytest.raises(TooSlow):
        send("GET", "https://slow.example/", surface=WEBHOOK, limits=Limits(seconds=0.2))
    released.set()
    assert time.monotonic() - started < 5


def test_the_message_does_not_tell_where_a_name_leads(names):
    names["inside.example"] = [["10.11.12.13"]]
    with pytest.raises(Refused) as told:
        check("https://inside.example/", WEBHOOK)
    assert "10.11" not in str(told.value)


def test_http_is_for_networks_that_the_operator_opened(names, settings):
    names["public.example"] = [["93.184.216.34"]]
    with pytest.raises(Refused, match="https"):
        check("http://public.example/", WEBHOOK)
    settings.OUTBOUND_ALLOW_HTTP = True
    assert check("http://public.example/", WEBHOOK).scheme == "http"


def test_a_redirect_is_not_followed(opened):
    def answering(asked):
        asked.answer(302, b"", Location="/inside")

    with serving(answering) as server:
        assert send("POST", server.url, surface=WEBHOOK).status == 302
    assert [path for path, *_ in server.asked] == ["/"]


def test_a_proxy_of_the_environment_is_not_used(opened, monkeypatch):
    with (
        serving(lambda asked: asked.answer(418)) as proxy,
        serving(lambda asked: asked.answer(200)) as server,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert send("GET", server.url, surface=WEBHOOK).status == 200
    assert not proxy.asked


def test_the_operators_proxy_is_asked_to_look_names_up(settings, names):
    names["hooks.example"] = [[]]
    settings.OUTBOUND_ALLOW_HTTP = True
    with serving(lambda asked: asked.answer(200, b"through")) as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        assert str(check("http://hooks.example/a", WEBHOOK)) == "http://hooks.example/a"
        assert send("GET", "http://hooks.example/a", surface=WEBHOOK).body == b"through"
        with pytest.raises(Refused):
            send("GET", "http://169.254.169.254/", surface=WEBHOOK)
    assert [path for path, *_ in proxy.asked] == ["http://hooks.example/a"]


def test_tls_goes_through_the_operators_proxy_and_asks_for_the_name(
    settings, tmp_path, monkeypatch
):
    file = certificate(tmp_path, "hooks.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    sending._tls.cache_clear()
    with (
        serving(lambda asked: asked.answer(200, b"inside"), context) as server,
        serving(lambda asked: tunnel(asked, server.server_port)) as proxy,
    ):
        settings.OUTBOUND_PROXY = proxy.url.replace("http://", "http://us%40er:pass@")
        answer = send("POST", "https://hooks.example/a", surface=WEBHOOK, content=b"secret")
        with pytest.raises(Unreachable, match="TLS failed"):
            send("GET", "https://other.example/", surface=WEBHOOK)
    sending._tls.cache_clear()
    assert answer.body == b"inside"
    path, headers, _ = proxy.asked[0]
    assert path == "hooks.example:443"
    assert headers["Proxy-Authorization"] == f"Basic {b64encode(b'us@er:pass').decode()}"
    assert server.asked[0][2] == b"secret"


def endless(asked):
    asked.send_response(200)
    asked.end_headers()
    while not asked.server.stopped.is_set():
        asked.wfile.write(b"x" * 4096)


def dripping(asked):
    asked.send_response(200)
    asked.end_headers()
    while not asked.server.stopped.wait(0.05):
        asked.wfile.write(b"x")


def silent(asked):
    asked.server.stopped.wait(10)


def endless_headers(asked):
    asked.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not asked.server.stopped.is_set():
        asked.wfile.write(b"X-Again: " + b"x" * 4096 + b"\r\n")


def always_more_to_come(asked):
    while not asked.server.stopped.wait(0.01):
        asked.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def packed(asked):
    asked.answer(200, b"\x1f\x8b", Content_Encoding="gzip")


def hanging_up(asked):
    asked.close_connection = True


def breaking_off(asked):
    asked.answer(200, b"half", Content_Length="100")
    asked.close_connection = True


def no_http(asked):
    asked.wfile.write(b"220 mail.example ESMTP\r\n" * 3)
    asked.close_connection = True


@pytest.mark.parametrize(
    ("answering", "error"),
    [
        (endless, TooLarge), (dripping, TooSlow), (silent, TooSlow), (packed, Unreachable),
        (endless_headers, Unreachable), (always_more_to_come, TooSlow), (hanging_up, Unreachable),
        (breaking_off, Unreachable), (no_http, Unreachable),
    ],
    ids=lambda value: value.__name__,
)  # fmt: skip
def test_a_bad_answer_ends_in_time_and_is_told(opened, answering, error):
    started = time.monotonic()
    with serving(answering) as server, pytest.raises(error, match=r"\.$"):
        send("GET", server.url, surface=WEBHOOK, limits=SOON)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("answering", [endless, dripping])
def test_of_a_long_answer_the_beginning_can_be_enough(opened, answering):
    with serving(answering) as server:
        answer = send("GET", server.url, surface=WEBHOOK, first_bytes=3)
    assert (answer.body, answer.is_cut) == (b"xxx", True)


def test_nobody_there_is_told(opened):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unreachable, match="Nobody answers"):
            send("GET", f"http://127.0.0.1:{port}/", surface=WEBHOOK)


def test_a_header_that_would_be_two_is_refused(opened):
    with serving(lambda asked: asked.answer()) as server, pytest.raises(OutboundError):
        send("GET", server.url, surface=WEBHOOK, headers={"X-A": "1\r\nX-B: 2"})
    assert not server.asked


def test_tls_asks_for_the_name_and_not_for_the_address(names, opened, tmp_path, monkeypatch):
    file = certificate(tmp_path, "hooks.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    names["hooks.example"] = names["other.example"] = [["127.0.0.1"]]
    with serving(lambda asked: asked.answer(), context) as server:
        url = f"https://hooks.example:{server.server_port}/"
        with pytest.raises(Unreachable, match="self-signed"):
            send("GET", url, surface=WEBHOOK)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        sending._tls.cache_clear()
        assert send("GET", url, surface=WEBHOOK).status == 200
        with pytest.raises(Unreachable, match="TLS failed"):
            send("GET", url.replace("hooks", "other"), surface=WEBHOOK)
    sending._tls.cache_clear()

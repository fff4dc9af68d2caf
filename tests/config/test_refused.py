"""On the real server: what is refused before any view, and what is long and must not be."""

import json
from urllib.parse import quote

import httpx
import pytest

from config import refused
from config.arriving import MALFORMED, TOO_MANY
from ingest.otlp.answers import _status
from ingest.otlp.decode import PROTOBUF
from tests.config.test_slow_clients import HOST, JSON, answer_to
from tests.sdks.pages import Browser

KOREAN = "가" * 800  # the longest id there may be: 7,200 bytes of an address
LONG_HEADER = b"X-a: " + b"x" * 70_000 + b"\r\n\r\n"
BAD_HEADER = b"Authori zation: Basic c2VjcmV0\r\n\r\n"
LONG_QUERY = b"?a=" + b"x" * 40_000


def parted(answer: bytes) -> tuple[int, str, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Connection"] == "close"
    return int(lines[0].split()[1]), headers["Content-Type"], body


def requests_of(path: bytes, more: bytes = b"") -> dict[int, bytes]:
    """The status of the answer, and what is amiss."""
    line = b"POST " + path + b" HTTP/1.1\r\n" + HOST + more
    return {
        400: line + BAD_HEADER,
        414: b"POST " + path + LONG_QUERY + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        431: line + LONG_HEADER,
    }


@pytest.mark.parametrize("path", [b"/api/public/traces/t", b"/api/public/ingestion", b"/api/none"])
def test_langfuse_s_clients_are_refused_in_their_shape(stack, path):
    stack.wait_until_ready()
    for status, request in requests_of(path).items():
        got, content_type, body = parted(answer_to(stack, request))
        assert (got, content_type) == (status, "application/json")
        assert json.loads(body)["error"] == "InvalidRequestError"
        assert json.loads(body)["message"].endswith(".")
        assert b"c2VjcmV0" not in body


@pytest.mark.parametrize("path", [b"/v1/traces", b"/api/public/otel/v1/traces"])
def test_exporters_are_refused_in_their_shape(stack, path):
    for status, request in requests_of(path, JSON).items():
        got, content_type, body = parted(answer_to(stack, request))
        assert (got, content_type) == (status, "application/json")
        assert json.loads(body)["code"] == 3
    told = parted(
        answer_to(stack, requests_of(path, f"Content-Type: {PROTOBUF}\r\n".encode())[431])
    )
    assert told[:2] == (431, PROTOBUF)
    assert _status().FromString(told[2]).message == "The headers are too long."


def test_sonde_s_own_api_is_refused_with_a_problem(stack):
    for status, request in requests_of(b"/api/v1/traces").items():
        got, content_type, body = parted(answer_to(stack, request))
        assert (got, content_type) == (status, "application/problem+json")
        assert json.loads(body)["status"] == status


@pytest.mark.parametrize("path", [b"/login", b"/projects/p/traces"])
def test_people_are_refused_in_words(stack, path):
    for status, request in requests_of(path).items():
        got, content_type, body = parted(answer_to(stack, request))
        assert (got, content_type) == (status, "text/plain")
        assert b"<" not in body


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n",
        b"GET",
        b"no request\r\n\r\n",
        b"GET * HTTP/1.1\r\n",
        b"GET /%ff\xff%0d%0aX: y HTTP",
    ],
)
def test_what_tells_no_door_is_refused_in_words(head):
    for refusal in (MALFORMED, TOO_MANY):
        status, content_type, body = parted(refused.answer(refusal, head))
        assert (status, content_type) == (refusal.status, "text/plain")
        assert body == f"{refusal.text}\n".encode()


def test_the_longest_ids_are_read_through_the_api_and_shown_on_the_page(stack, auth, request):
    """The page also says in two headers where it comes from."""
    at = "2026-11-20T10:00:00Z"
    body = {"id": KOREAN, "traceId": KOREAN, "name": "work", "startTime": at}
    event = {"id": "e1", "type": "span-create", "timestamp": at, "body": body}
    sent = httpx.post(
        f"{stack.url}/api/public/ingestion", json={"batch": [event]}, headers=auth(stack)
    )
    assert [one["status"] for one in sent.json()["successes"]] == [201]
    address = quote(KOREAN)
    for path in (f"traces/{address}", f"observations/{address}"):
        found = httpx.get(f"{stack.url}/api/public/{path}", headers=auth(stack))
        assert (found.status_code, found.json().get("id")) == (200, KOREAN)
    browser = Browser(stack)
    request.addfinalizer(browser.http.close)
    page = f"{stack.url}{browser.project}/traces/{address}?span={address}"
    shown = browser.http.get(page, headers={"Referer": page, "HX-Current-URL": page})
    assert shown.status_code == 200
    assert address in shown.text

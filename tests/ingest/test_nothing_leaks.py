"""No answer and no log line holds a key or a payload, whatever goes wrong."""

import gzip
import json
import logging
from contextlib import nullcontext

import pytest

from tests.ingest.proxy import Fault

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")

CANARY = "canary-of-the-payload"
SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": CANARY,
    "startTimeUnixNano": "1700000000000000000",
    "endTimeUnixNano": "1700000001000000000",
    "attributes": [{"key": "input.value", "value": {"stringValue": CANARY}}],
}


def export(*spans: dict) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def events(*bodies: dict, kind: str = "trace-create") -> bytes:
    stamp = "2026-01-31T09:30:00.000Z"
    batch = [
        {"id": f"e{number}", "type": kind, "timestamp": stamp, "body": body}
        for number, body in enumerate(bodies)
    ]
    return json.dumps({"batch": batch}).encode()


OTLP, LANGFUSE, SCORES = "/v1/traces", "/api/public/ingestion", "/api/public/scores"
REQUESTS = {
    "a good export": (OTLP, export(SPAN), {}),
    "a span with bad ids": (OTLP, export(SPAN, {**SPAN, "spanId": CANARY}), {}),
    "no JSON": (OTLP, f"{{{CANARY}".encode(), {}),
    "the wrong JSON": (OTLP, json.dumps({"resourceSpans": CANARY}).encode(), {}),
    "no gzip": (OTLP, CANARY.encode(), {"HTTP_CONTENT_ENCODING": "gzip"}),
    "gzip that is cut off": (
        OTLP,
        gzip.compress(export(SPAN))[:-20],
        {"HTTP_CONTENT_ENCODING": "gzip"},
    ),
    "an unknown encoding": (OTLP, export(SPAN), {"HTTP_CONTENT_ENCODING": CANARY}),
    "an unknown type": (OTLP, export(SPAN), {"content_type": f"text/{CANARY}"}),
    "good events": (LANGFUSE, events({"id": "t", "name": CANARY, "input": CANARY}), {}),
    "an event of the wrong shape": (LANGFUSE, events({"id": "t", "timestamp": CANARY}), {}),
    "an event of no known type": (LANGFUSE, events({"id": CANARY}, kind="x"), {}),
    "no events": (LANGFUSE, f'["{CANARY}"'.encode(), {}),
    "a bad score": (SCORES, json.dumps({"name": "a", "value": {CANARY: 1}}).encode(), {}),
}
STATES = ("well", "clickhouse away", "both away")


@pytest.fixture(params=STATES)
def state(request, clickhouse_proxy, postgres_away):
    clickhouse_proxy.fault = Fault.NONE if request.param == "well" else Fault.REFUSE
    return postgres_away if request.param == "both away" else nullcontext


def test_no_answer_and_no_log_line_holds_the_payload_or_the_key(
    client, api_key, auth, caplog, capfd, state
):
    headers = auth(api_key)
    client.get("/api/public/projects", headers=headers)  # so that the key is known to the cache
    caplog.set_level(logging.DEBUG)
    client.raise_request_exception = False
    with state():
        answers = {
            name: client.post(
                path, body, **{"content_type": "application/json", **environ}, headers=headers
            )
            for name, (path, body, environ) in REQUESTS.items()
        }
    written = capfd.readouterr()
    told = "\n".join((caplog.text, written.out, written.err))
    assert CANARY not in told
    secrets = (api_key.secret_key, headers["Authorization"].split()[1])
    assert not [secret for secret in secrets if secret in told]
    for name, answer in answers.items():
        check(name, answer, secrets)


def check(name: str, answer, secrets: tuple[str, ...]) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, name
    if answer.status_code == 503:
        assert 1 <= int(answer["Retry-After"]) <= 5, name
    shown = answer.content.decode("utf-8", "replace") + str(answer.headers)
    assert not [secret for secret in secrets if secret in shown], name
    assert CANARY not in shown, name


def test_a_wrong_key_is_not_repeated(client, db, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for header in ({"Authorization": "Bearer sk-lf-wrong"}, {"X-Api-Key": "sk-lf-wrong"}):
        answer = client.post(OTLP, b"{}", "application/json", headers=header)
        assert answer.status_code == 401
        assert "sk-lf-wrong" not in answer.content.decode() + str(answer.headers)
    written = capfd.readouterr()
    assert "sk-lf-wrong" not in caplog.text + written.out + written.err

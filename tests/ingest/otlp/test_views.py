import gzip
import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from ingest import admission
from ingest.otlp import answers, views
from ingest.otlp.decode import JSON, PROTOBUF
from tests.ingest.otlp.exports import NOW, body, export, stored

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")

PATHS = (
    "/v1/traces",
    "/api/public/otel/v1/traces",
    "/api/otel/v1/traces",
    "/otel/v1/traces",
    "/otel/traces",
    "/agents/otel/v1/traces",
    "/v1/trace/log-python",
    "/api/v1/otlp/v1/traces",
)


def json_body() -> bytes:
    span = {
        "traceId": "12" * 16,
        "spanId": "12" * 8,
        "startTimeUnixNano": str(NOW),
        "endTimeUnixNano": str(NOW),
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def status_of(response):
    """(code, message) of the google.rpc.Status in the answer."""
    if response["Content-Type"] == PROTOBUF:
        found = answers._status().FromString(response.content)
        return found.code, found.message
    found = json.loads(response.content)
    return found["code"], found["message"]


@pytest.mark.parametrize("path", [*PATHS, "/v1/traces/"])
def test_every_door_stores_what_it_acknowledges(post, project, path):
    response = post(path, body(model="gpt-4o"))
    assert response.status_code == 200
    assert response["Content-Type"] == PROTOBUF
    assert response.content == b""  # an empty ExportTraceServiceResponse
    [row] = stored(project.id)
    assert row["model"] == "gpt-4o"


def test_json_is_answered_in_json(post, project):
    response = post(data=json_body(), content_type="application/json; charset=utf-8")
    assert (response.status_code, response["Content-Type"]) == (200, JSON)
    assert json.loads(response.content) == {}
    assert len(stored(project.id)) == 1


@pytest.mark.parametrize("accept", ["application/x-protobuf", "text/html", "*/*", "nonsense"])
def test_the_answer_is_in_the_encoding_of_the_question(client, auth, api_key, accept):
    response = client.post(
        "/v1/traces", b"{}", content_type=JSON, headers={**auth(api_key), "Accept": accept}
    )
    assert (response.status_code, response["Content-Type"]) == (200, JSON)


def test_a_compressed_body(post, project, auth, api_key):
    headers = {**auth(api_key), "Content-Encoding": "gzip"}
    assert post(data=gzip.compress(body()), headers=headers).status_code == 200
    assert len(stored(project.id)) == 1


@pytest.mark.parametrize(("data", "content_type"), [(b"", PROTOBUF), (b"{}", JSON)])
def test_an_empty_export_is_taken(post, data, content_type):
    assert post(data=data, content_type=content_type).status_code == 200


def test_a_bad_span_is_told_and_its_neighbours_are_stored(post, project):
    request, _ = export()
    spans = request.resource_spans[0].scope_spans[0].spans
    spans.add(trace_id=b"short", span_id=b"12345678")
    response = post(data=request.SerializeToString())
    assert response.status_code == 200
    said = ExportTraceServiceResponse.FromString(response.content).partial_success
    assert said.rejected_spans == 1
    assert (
        said.error_message == "span 1 was refused: its trace id must be 16 bytes and not all zero"
    )
    assert len(stored(project.id)) == 1


def test_many_bad_spans_are_counted_and_a_few_explained(post):
    spans = [{"traceId": "x"}] * 50
    data = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    said = json.loads(post(data=data, content_type=JSON).content)["partialSuccess"]
    assert said["rejectedSpans"] == 50
    assert said["errorMessage"].endswith("and 45 more")


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"\xff\xff", PROTOBUF),
        (b"{broken", JSON),
        (b"[]", JSON),
        (b"", JSON),
        (b'{"resourceSpans":7}', JSON),
    ],
)
def test_a_malformed_body_is_400_in_its_own_encoding(post, project, data, content_type):
    response = post(data=data, content_type=content_type)
    assert (response.status_code, response["Content-Type"]) == (400, content_type)
    code, message = status_of(response)
    assert code == 3 and message
    assert stored(project.id) == []


def test_a_body_that_says_gzip_and_is_not(post, auth, api_key):
    response = post(data=b"plain", headers={**auth(api_key), "Content-Encoding": "gzip"})
    assert (response.status_code, status_of(response)[0]) == (400, 3)


def test_a_body_that_is_too_large(post, settings):
    settings.INGEST_MAX_BODY_BYTES = 100
    response = post(data=b"x" * 101)
    assert (response.status_code, status_of(response)[0]) == (413, 8)


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [("text/plain", ""), ("", ""), ("application/grpc", ""), (PROTOBUF, "br")],
)
def test_what_is_not_understood_is_415(post, auth, api_key, content_type, encoding):
    headers = {**auth(api_key), **({"Content-Encoding": encoding} if encoding else {})}
    response = post(data=body(), content_type=content_type, headers=headers)
    assert (response.status_code, status_of(response)[0]) == (415, 3)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer sk-lf-wrong"}, {"Authorization": "Basic odd"}]
)
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_without_a_live_key_nothing_is_taken(post, project, headers, content_type):
    response = post(data=body(), headers=headers, content_type=content_type)
    assert (response.status_code, response["Content-Type"]) == (401, content_type)
    assert status_of(response)[0] == 16
    assert response["WWW-Authenticate"]


def test_a_key_that_may_not_ingest_is_403(post, auth, make_api_key):
    response = post(data=body(), headers=auth(make_api_key(scopes=("read",))))
    assert (response.status_code, status_of(response)[0]) == (403, 7)


def test_a_public_key_alone_is_403(post, api_key):
    response = post(data=body(), headers={"Authorization": f"Bearer {api_key.public_key}"})
    assert (response.status_code, status_of(response)[0]) == (403, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer {}"),
        ("x-api-key", "{}"),
        ("X-Auth-Token", "{}"),
        ("Galileo-API-Key", "{}"),
        ("Helicone-Auth", "Bearer {}"),
        ("api_key".replace("_", "-"), "{}"),
    ],
)
def test_the_key_in_every_header_that_sdks_use(post, project, api_key, name, value):
    headers = {name: value.format(api_key.secret_key)}
    assert post(data=body(), headers=headers).status_code == 200
    assert len(stored(project.id)) == 1


@pytest.mark.parametrize("header", ["Langsmith-Project", "x-bt-parent", "project", "project-id"])
def test_a_project_named_in_a_header_is_kept_and_chooses_none(post, project, auth, api_key, header):
    post(data=body(), headers={**auth(api_key), header: "project_name:other"})
    [row] = stored(project.id)
    assert row["resource_attributes"]["sonde.project.hint"] == "project_name:other"


@pytest.mark.parametrize(
    ("version", "status"),
    [("4", 200), ("1", 200), ("", 200), ("5", 400), ("four", 400), ("-1", 400)],
)
def test_the_ingestion_version_of_langfuses_sdks(post, auth, api_key, version, status):
    headers = {**auth(api_key), "x-langfuse-ingestion-version": version}
    assert post(data=body(), headers=headers).status_code == status


def test_overload_is_503_with_a_time_to_come_back(post, monkeypatch):
    def overloaded(*_, **__):
        raise admission.Overloaded("full")

    monkeypatch.setattr(views.pipeline, "accept", overloaded)
    response = post(data=body())
    assert (response.status_code, status_of(response)[0]) == (503, 14)
    assert 1 <= int(response["Retry-After"]) <= 5


def test_other_methods_are_405(client, auth, api_key):
    response = client.get("/v1/traces", headers=auth(api_key))
    assert (response.status_code, status_of(response)[0]) == (405, 12)


def test_no_csrf_token_is_asked_for(api_key, auth):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(
        "/v1/traces", body(), content_type=PROTOBUF, headers=auth(api_key)
    )
    assert response.status_code == 200


def test_a_session_is_no_key(client, owner):
    client.force_login(owner)
    assert client.post("/v1/traces", body(), content_type=PROTOBUF).status_code == 401


def test_sending_a_span_five_times_stores_it_once(post, project):
    data = body(**{"gen_ai.usage.input_tokens": "5", "model": "m"})
    for _ in range(5):
        assert post(data=data).status_code == 200
    [row] = stored(project.id)
    assert row["input_tokens"] == 5


def test_a_span_with_a_broken_clock_is_stored_once_in_the_present(post, project):
    request, span = export()
    span.start_time_unix_nano = 1
    for _ in range(3):
        assert post(data=request.SerializeToString()).status_code == 200
    [row] = stored(project.id)
    assert row["marks"] == ["clock_suspect"]


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_more_spans_than_one_request_may_have_are_a_413_that_names_the_limit(post, content_type):
    data = b'{"resourceSpans":[{"scopeSpans":[' + b"{}," * 100_000 + b"{}]}]}"
    if content_type == PROTOBUF:
        data = b"\x0a\x00" * 100_001
    response = post(data=data, content_type=content_type)
    code, message = status_of(response)
    assert (response.status_code, code) == (413, 8)
    assert "100000" in message

"""The doors beside the traces: logs, metrics, and what clients poll for."""

import json

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from ingest.otlp.decode import JSON
from tests.ingest.otlp.exports import NOW, body, stored, stored_scores
from tests.ingest.otlp.test_logs import evaluation
from tests.ingest.otlp.test_logs import export as log_export

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")

GEN_AI = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
ASKED = {"body": {"content": "수도는?"}, "time_unix_nano": NOW - 5}
ANSWERED = {"body": {"index": 0, "message": {"role": "assistant", "content": "서울"}}}


@pytest.mark.parametrize("order", ["span first", "span last", "span between"])
def test_log_events_give_a_span_its_content_whichever_comes_first(post, project, order):
    span = ("/v1/traces", body(**GEN_AI))
    asked = ("/v1/logs", log_export("gen_ai.user.message", **ASKED))
    answered = ("/v1/logs", log_export("gen_ai.choice", **ANSWERED))
    sent = {
        "span first": (span, asked, answered),
        "span last": (answered, asked, span),
        "span between": (answered, span, asked),
    }
    for path, data in (*sent[order], asked):
        assert post(path, data).status_code == 200
    [row] = stored(project.id)
    assert (row["name"], row["type"], row["model"]) == ("work", "GENERATION", "gpt-4o")
    assert json.loads(row["input"]) == [{"role": "user", "content": "수도는?"}]
    assert json.loads(row["output"])["message"]["content"] == "서울"
    assert len(json.loads(row["events"])) == 2


def test_an_evaluation_in_a_log_is_stored_as_one_score(post, project):
    for _ in range(2):
        response = post("/v1/logs", evaluation(name="relevance", score_value=0.8))
        assert (response.status_code, response.content) == (200, b"")
    [score] = stored_scores(project.id)
    assert (score["name"], score["value"]) == ("relevance", 0.8)


@pytest.mark.parametrize(
    "base", ["", "/api/public/otel", "/api/otel", "/otel", "/agents/otel", "/api/v1/otlp"]
)
@pytest.mark.parametrize("signal", ["metrics", "logs"])
def test_the_other_signals_have_the_same_doors(post, base, signal):
    assert post(f"{base}/v1/{signal}").status_code == 200
    assert post(f"{base}/v1/{signal}", b"\xff\xff").status_code == 400
    assert post(f"{base}/v1/{signal}", headers={}).status_code == 401


def test_metrics_are_taken_and_not_kept(post, project):
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.name = "gen_ai.client.token.usage"
    response = post("/v1/metrics", request.SerializeToString())
    assert (response.status_code, response.content) == (200, b"")
    data = b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x"}]}]}]}'
    response = post("/v1/metrics", data, JSON)
    assert (response.status_code, json.loads(response.content)) == (200, {})
    for odd in (b"[]", b"{", b'{"resourceMetrics":5}', b'{"resourceMetrics":[5]}'):
        assert post("/v1/metrics", odd, JSON).status_code == 400


def test_traces_sent_to_the_logs_door_store_nothing(post, project):
    assert post("/v1/logs", body()).status_code == 400
    assert stored(project.id) == []


RESOURCES = {"traces": "resourceSpans", "logs": "resourceLogs", "metrics": "resourceMetrics"}


@pytest.mark.parametrize("signal", RESOURCES)
def test_json_that_is_not_of_the_door_s_signal_is_refused_and_not_acknowledged(post, signal):
    wrong = [{name: []} for other, name in RESOURCES.items() if other != signal]
    for document in (*wrong, {"foo": 1}):
        response = post(f"/v1/{signal}", json.dumps(document).encode(), JSON)
        assert (response.status_code, response["Content-Type"]) == (400, JSON)
        said = json.loads(response.content)
        assert said["code"] == 3
        assert RESOURCES[signal] in said["message"]


@pytest.mark.parametrize("signal", RESOURCES)
def test_json_that_holds_nothing_of_its_signal_is_no_error(post, signal):
    name = RESOURCES[signal]
    snake = name.replace("S", "_s").replace("L", "_l").replace("M", "_m")
    for document in ({}, {name: []}, {name: None}, {snake: []}, {name: [], "unknown": 1}):
        response = post(f"/v1/{signal}", json.dumps(document).encode(), JSON)
        assert (response.status_code, json.loads(response.content)) == (200, {}), document


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/traceloop/prompts", {"prompts": []}),
        ("/v1/traceloop/pii/tracing-allow-list", {"associationPropertyAllowList": []}),
    ],
)
def test_what_openllmetry_polls_for(client, auth, api_key, path, answer):
    response = client.get(path, headers=auth(api_key))
    assert (response.status_code, response.json()) == (200, answer)
    assert client.get(path).status_code == 401

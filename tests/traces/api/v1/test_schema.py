"""The schema tells what is answered, and the page shows the schema."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Scope
from config.wsgi import application
from traces.api.v1.langfuse_paths import langfuse_paths

pytestmark = pytest.mark.django_db
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@schemathesis.serializer("application/zip")
def bytes_of(context: object, value: object) -> bytes:
    """What is generated is no zip, and is to be told so."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture
def schema(client, conversation):
    return client.get("/api/schema/?format=json").json()


@pytest.fixture
def transaction_stays_open(schema):
    """A request leaves the test's transaction as it is, like those of Django's own test client,
    which switches this on again whenever it is used.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_the_schema_tells_of_sondes_own_paths_and_no_others(schema):
    assert set(schema["paths"]) == {
        "/api/v1/alert-rules",
        "/api/v1/alert-rules/{rule_id}",
        "/api/v1/budgets",
        "/api/v1/budgets/{budget_id}",
        "/api/v1/datasets",
        "/api/v1/datasets/{name}",
        "/api/v1/datasets/{name}/items",
        "/api/v1/drift/monitors",
        "/api/v1/drift/monitors/{monitor_id}",
        "/api/v1/drift/monitors/{monitor_id}/run",
        "/api/v1/drift/monitors/{monitor_id}/verdicts",
        "/api/v1/drift/monitors/{monitor_id}/verdicts/{verdict_id}",
        "/api/v1/drift/monitors/{monitor_id}/verdicts/{verdict_id}/mark",
        "/api/v1/feedback-links",
        "/api/v1/incidents",
        "/api/v1/incidents/{incident_id}",
        "/api/v1/incidents/{incident_id}/acknowledge",
        "/api/v1/incidents/{incident_id}/comments",
        "/api/v1/incidents/{incident_id}/resolve",
        "/api/v1/incidents/{incident_id}/verdict",
        "/api/v1/judge-runs",
        "/api/v1/judge-runs/{run_id}",
        "/api/v1/markers",
        "/api/v1/markers/{marker_id}",
        "/api/v1/metrics/prometheus",
        "/api/v1/metrics/query",
        "/api/v1/observations",
        "/api/v1/prompt-files",
        "/api/v1/prompts",
        "/api/v1/prompts/{name}",
        "/api/v1/prompts/{name}/gate",
        "/api/v1/prompts/{name}/history",
        "/api/v1/prompts/{name}/labels/{label}",
        "/api/v1/prompts/{name}/versions",
        "/api/v1/prompts/{name}/versions/{number}",
        "/api/v1/scores",
        "/api/v1/sessions",
        "/api/v1/silences",
        "/api/v1/silences/{silence_id}",
        "/api/v1/sql",
        "/api/v1/traces",
        "/api/v1/traces/{trace_id}",
        "/api/v1/users",
        "/api/v1/webhooks",
        "/api/v1/webhooks/{webhook_id}",
    }
    assert schema["components"]["securitySchemes"] == {
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }


def test_everything_in_the_schema_is_explained(schema):
    operations = [one for methods in schema["paths"].values() for one in methods.values()]
    unexplained = [
        (operation["operationId"], one["name"])
        for operation in operations
        for one in operation.get("parameters", ())
        if not one.get("description")
    ]
    assert unexplained == []
    unexplained = [one["operationId"] for one in operations if not one.get("description")]
    assert unexplained == []


def test_every_error_in_the_schema_says_why_and_gives_an_example(schema):
    statuses = set()
    for methods in schema["paths"].values():
        for operation in methods.values():
            for status, told in operation["responses"].items():
                if status >= "400":
                    statuses.add(status)
                    [example] = told["content"]["application/problem+json"]["examples"].values()
                    assert example["value"]["status"] == int(status) and told["description"]
    assert {"400", "401", "403", "404", "409", "422", "503"} <= statuses


def test_the_page_tells_of_every_path_of_langfuse_and_of_its_errors(client, owner):
    listed = langfuse_paths()
    assert {"api/public/traces/{trace_id}", "api/public/otel/v1/traces"} <= {
        one["path"] for one in listed
    }
    assert [one["path"] for one in listed if not (one["words"] and one["methods"])] == []
    client.force_login(owner)
    html = client.get(reverse("api-docs")).content.decode()
    assert "<code>/api/public/v2/observations</code>" in html
    assert "LangfuseNotFoundError" in html and "401 Unauthorized" in html


@pytest.mark.usefixtures("transaction_stays_open")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_asked_is_answered_as_the_schema_says(schema, make_api_key, auth, mode):
    """Parameters that fit and those that do not: no 5xx, and no status, type or shape that the
    schema does not know.
    """
    api = schemathesis.openapi.from_dict(schema)
    api.app = application
    key = make_api_key(scopes=Scope.values)
    statuses = set()
    for found in api.get_all_operations():
        operation = found.ok()
        cases = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=15 if operation.method == "get" else 8,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: schemathesis.Case) -> None:
            answer = case.call_and_validate(headers=auth(key), checks=CHECKS)
            statuses.add(answer.status_code)

        ask()
    assert 200 in statuses or mode is GenerationMode.NEGATIVE
    assert not {401, 403} & statuses


@pytest.mark.usefixtures("transaction_stays_open")
def test_prompts_that_are_there_are_told_as_the_schema_says(schema, api_key, auth):
    api = schemathesis.openapi.from_dict(schema)
    api.app = application

    def ask(method: str, path: str, body: object = None, **parts: str) -> int:
        sent = {"path_parameters": parts} if body is None else {"body": body}
        if body is not None:
            sent |= {"media_type": "application/json", "path_parameters": parts}
        case = api[f"/api/v1/{path}"][method].Case(**sent)
        return case.call_and_validate(headers=auth(api_key), checks=CHECKS).status_code

    here = {"name": "a/b"}
    made = {"name": "a/b", "prompt": "Hi", "labels": ["production"], "config": {"t": 0.5}}
    assert [ask("POST", "prompts", made) for _ in range(2)] == [201, 201]
    move = {"version": 1, "seen": 2, "note": "Back"}
    assert ask("PUT", "prompts/{name}/labels/{label}", move, label="production", **here) == 200
    assert ask("GET", "prompts") == ask("GET", "prompt-files") == 200
    for rest in ("", "/versions", "/history"):
        assert ask("GET", f"prompts/{{name}}{rest}", **here) == 200
    assert ask("GET", "prompts/{name}/versions/{number}", number="1", **here) == 200
    assert ask("GET", "prompts/{name}/labels/{label}", label="production", **here) == 200
    assert ask("DELETE", "prompts/{name}/labels/{label}", label="production", **here) == 200


def test_the_page_shows_every_operation_to_those_who_are_logged_in(client, owner):
    client.force_login(owner)
    page = client.get(reverse("api-docs"))
    html = page.content.decode()
    assert page.status_code == 200
    for name in ("list_traces", "get_trace", "list_observations", "list_scores", "move_label"):
        assert f'id="{name}"' in html
    assert "min_latency_ms" in html and "unpriced_spans" in html and "<code>seen</code>" in html
    assert "<script>" not in html and "style=" not in html


def test_the_schema_is_the_same_in_both_formats(client, db):
    told = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert json.loads(told.content)["info"]["title"] == "Sonde"
    assert client.get("/api/schema/").status_code == 200

"""Whatever is asked, the answer is a reason and no fault, in the shape of the door it came by."""

import base64
import json
from urllib.parse import quote

import pytest
from django.db import OperationalError
from django.test import Client

from ingest.otlp.decode import PROTOBUF


@pytest.fixture
def browser():
    """As in production: a fault is an answer and no exception of the test."""
    return Client(raise_request_exception=False)


def cursor(*parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def filters(**changes) -> str:
    condition = {"type": "stringObject", "column": "metadata", "operator": "=", "key": "k"}
    return quote(json.dumps([{**condition, "value": "v", **changes}]))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("media/%00", 404),
        ("traces/%00", 404),
        ("scores/%00", 404),
        ("traces?name=%00", 400),
        ("traces?userId=%ff", 200),
        (f"v2/observations?cursor={cursor(-1, 'a' + chr(0), 'b')}", 400),
        (f"v2/observations?cursor={cursor(-1, 'a', chr(0xD800))}", 400),
        (f"v2/observations?cursor={cursor(10**30, 'a', 'b')}", 400),
        (f"observations?filter={filters(value='a' + chr(0))}", 400),
        (f"observations?filter={filters(value=chr(0xDFFF))}", 400),
        (f"observations?filter={filters(key=chr(0xD800))}", 400),
        (f"observations?filter={filters(key=chr(0))}", 400),
        (f"observations?filter={filters(value='🦉 %00')}", 200),
    ],
)
def test_an_api_read_that_no_store_can_take_is_told_so(browser, api_key, auth, path, status):
    answer = browser.get(f"/api/public/{path}", headers=auth(api_key))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")


@pytest.mark.parametrize(
    "path", ["/projects/%00/traces", "/project/%00/traces/x", "/projects/%00/settings/keys"]
)
def test_a_project_with_a_nul_is_none(browser, owner, path):
    browser.force_login(owner)
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "to=9999-12-31T23:59:59-10:00",
        "from=0001-01-01T00:00:00%2B10:00",
        "from=1&to=9999999999999999999",
        "from=9999-12-31T23:59:59-10:00",
    ],
)
@pytest.mark.parametrize("part", ["", "&part=strip", "&part=choices"])
def test_a_time_at_the_end_of_all_times_is_a_time(browser, project, owner, query, part):
    browser.force_login(owner)
    assert browser.get(f"/projects/{project.id}/traces?{query}{part}").status_code == 200


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("secret"), 500), (OperationalError("secret"), 503)]
)
@pytest.mark.parametrize("content_type", [PROTOBUF, "application/json"])
def test_a_fault_of_ours_answers_exporters_in_their_encoding(
    browser, api_key, auth, monkeypatch, error, status, content_type
):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr("ingest.otlp.views.decode_traces", fail)
    answer = browser.post("/v1/traces", b"{}", content_type=content_type, headers=auth(api_key))
    assert (answer.status_code, answer["Content-Type"]) == (status, content_type)
    assert b"secret" not in answer.content
    assert ("Retry-After" in answer) == (status == 503)


def test_a_fault_of_ours_is_json_for_programs(browser, api_key, auth, monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("secret")

    monkeypatch.setattr("traces.api.traces.trace_page", fail)
    answer = browser.get("/api/public/traces", headers=auth(api_key))
    assert answer.status_code == 500
    assert answer.json()["error"] == "InternalServerError"
    assert "secret" not in answer.json()["message"]


@pytest.mark.parametrize("path", ["/api/nothing", "/v1/nothing"])
def test_an_address_of_the_api_that_is_none_says_so_in_json(browser, db, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.json()["message"]


def test_a_host_that_is_not_ours_is_told_so_in_json_on_the_api(browser, db, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    answer = browser.get("/api/nothing", headers={"Host": "evil.example"})
    assert answer.status_code in (400, 404)
    assert answer.json()["message"]

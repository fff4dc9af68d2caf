"""Whatever a body holds, the answer is a result or a reason."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]
ANSWERS = {200, 400, 403, 404, 409, 413}
FIELDS = {
    ("post", "comments"): ("projectId", "objectType", "objectId", "content", "authorUserId"),
    ("post", "models"): (
        "modelName", "matchPattern", "startDate", "unit", "inputPrice", "outputPrice", "totalPrice",
        "pricingTiers", "tokenizerId", "tokenizerConfig",
    ),
    ("put", "models/mine"): ("modelName", "matchPattern", "unit", "inputPrice", "pricingTiers"),
    ("delete", "traces"): ("traceIds",),
    ("delete", "traces/nowhere"): (),
    ("delete", "models/nowhere"): (),
}  # fmt: skip
TIER = ("name", "isDefault", "priority", "conditions", "prices")
CONDITION = ("usageDetailPattern", "operator", "value", "caseSensitive", "source", "key", "values")

texts = st.text(max_size=12) | st.sampled_from(
    ["", "TRACE", "t1", "TOKENS", "^input", "gt", "service_tier", "batch", "(", "\\", "a" * 6000]
)
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.sampled_from([0, 1, 0.5, 10**400, -1, 1e308, "2026-11-20T00:00:00Z", "in"])
)
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def objects(names: tuple[str, ...], values=anything):
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, values))


tiers = st.lists(
    objects(TIER, plain | st.lists(objects(CONDITION), max_size=2) | st.dictionaries(texts, plain)),
    max_size=3,
)


@pytest.mark.parametrize(("method", "path"), FIELDS)
def test_a_body_of_any_shape_is_answered(client, make_api_key, auth, project, method, path):
    headers = auth(make_api_key(scopes=("ingest", "read", "admin")))
    usual = {
        "projectId": st.just(project.id),
        "modelName": st.just("acme"),
        "matchPattern": st.just("^acme$"),
        "pricingTiers": tiers,
    }
    fields = {name: usual.get(name, anything) | anything for name in FIELDS[method, path]}
    bodies = st.fixed_dictionaries({}, optional=fields) | anything

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(body=bodies | st.binary(max_size=50))
    def check(body: object) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body)
        answer = getattr(client, method)(
            f"/api/public/{path}", data, content_type="application/json", headers=headers
        )
        assert answer.status_code in ANSWERS, (body, answer.content)
        assert answer.status_code == 200 or answer.json()["message"]

    check()


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_is_json_whatever_its_type_says(client, api_key, auth, kind):
    answer = client.delete(
        "/api/public/traces", '{"traceIds": ["t1"]}', content_type=kind, headers=auth(api_key)
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("post", "comments"), ("post", "models"), ("delete", "traces")]
)
def test_of_a_body_that_is_nested_too_deeply_this_is_said(client, make_api_key, auth, method, path):
    answer = getattr(client, method)(
        f"/api/public/{path}",
        b"[" * 100_000,
        content_type="application/json",
        headers=auth(make_api_key(scopes=("ingest", "read", "admin"))),
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == [{"message": "The JSON is nested too deeply."}]


def test_of_a_filter_that_is_nested_too_deeply_this_is_said(client, api_key, auth):
    deep = {"filter": "[" * 50_000}
    answer = client.get("/api/public/traces", deep, headers=auth(api_key))
    assert answer.status_code == 400
    assert answer.json()["error"] == [{"message": "filter is nested too deeply."}]

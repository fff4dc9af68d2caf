"""Model definitions over the API: shown as Langfuse shows them, priced as Sonde prices."""

import json
from decimal import Decimal

import pytest

pytestmark = pytest.mark.usefixtures("db")
FLAT = {"modelName": "acme-1", "matchPattern": "(?i)^(acme-1)$", "unit": "TOKENS",
        "inputPrice": 0.000002, "outputPrice": 0.000008}  # fmt: skip
LONG = [{"usageDetailPattern": "^input", "operator": "gt", "value": 200000, "caseSensitive": False}]
BATCH = [{"source": "model_parameters", "key": "service_tier", "operator": "in",
          "values": ["batch", "flex"]}]  # fmt: skip
STANDARD = {"name": "Standard", "isDefault": True, "priority": 0, "conditions": [],
            "prices": {"input": 0.000002, "output": 0.000008}}  # fmt: skip
TIERED = {
    "modelName": "acme-2",
    "matchPattern": "^acme-2",
    "startDate": "2026-11-01T00:00:00.000Z",
    "tokenizerId": "openai",
    "tokenizerConfig": {"tokensPerName": 1},
    "pricingTiers": [
        STANDARD,
        {"name": "Long", "priority": 1, "conditions": LONG, "prices": {"input": 0.000004}},
        {"name": "Batch", "priority": 2, "conditions": BATCH, "prices": {"input": 0.000001}},
    ],
}
REQUIRED = {
    "id", "modelName", "matchPattern", "startDate", "unit", "inputPrice", "outputPrice",
    "totalPrice", "tokenizerId", "tokenizerConfig", "isLangfuseManaged", "createdAt", "prices",
    "pricingTiers",
}  # fmt: skip


@pytest.fixture
def key(make_api_key):
    return make_api_key(scopes=("read", "admin"))


@pytest.fixture
def api(client, key, auth):
    """Calls the API: the status, and the JSON where there is any."""
    from pricing import store

    def call(method: str, path: str, body: object = None, *, key=key, **headers):
        answer = getattr(client, method)(
            f"/api/public/{path}",
            *(() if body is None else (json.dumps(body),)),
            content_type="application/json",
            headers={**auth(key), **headers},
        )
        return answer.status_code, answer.json() if answer.content else None

    yield call
    store.forget()  # what this process knows goes with the transaction


def test_a_definition_is_shown_with_every_field_that_clients_ask_for(api):
    status, made = api("post", "models", FLAT)
    assert status == 200
    assert set(made) == REQUIRED
    assert made["prices"] == {"input": {"price": 0.000002}, "output": {"price": 0.000008}}
    assert (made["inputPrice"], made["outputPrice"], made["totalPrice"]) == (2e-06, 8e-06, None)
    assert made["pricingTiers"] == [{**STANDARD, "id": made["pricingTiers"][0]["id"]}]
    assert made["isLangfuseManaged"] is False
    assert api("get", f"models/{made['id']}") == (200, made)


def test_tiers_are_shown_as_they_were_said(api):
    _, made = api("post", "models", TIERED)
    shown = [
        {name: tier[name] for name in ("name", "isDefault", "priority", "conditions", "prices")}
        for tier in made["pricingTiers"]
    ]
    assert shown == [{"isDefault": False, **tier} for tier in TIERED["pricingTiers"]]
    assert made["startDate"] == TIERED["startDate"]
    assert (made["tokenizerId"], made["tokenizerConfig"]) == ("openai", {"tokensPerName": 1})


def test_calls_are_priced_by_the_tier_that_fits(api, project):
    from pricing.cost import price_spans
    from traces.records import Span

    api("post", "models", TIERED)
    start = 1_794_000_000 * 10**9  # after its start date

    def cost(tokens: int, **fields) -> Decimal | None:
        span = Span(project.id, "t", "s", start, end_time=start + 1, type="GENERATION",
                    model="acme-2-mini", usage={"input": tokens}, **fields)  # fmt: skip
        price_spans([span])
        return span.total_cost

    assert cost(1_000_000 // 10) == Decimal("0.2")
    assert cost(300_000) == Decimal("1.2")
    batch = {"model_parameters": {"service_tier": "batch"}}
    flex = {"model_parameters": {"service_tier": "flex"}}
    assert {cost(1000, **batch), cost(1000, **flex)} == {Decimal("0.001")}


def test_the_catalogue_is_listed_after_ones_own_and_older_clients_can_read_it(api):
    _, made = api("post", "models", TIERED)
    status, told = api("get", "models?limit=100")
    assert status == 200
    assert [one["id"] for one in told["data"][:1]] == [made["id"]]
    assert {one["isLangfuseManaged"] for one in told["data"][1:]} == {True}
    assert all(set(one) == REQUIRED for one in told["data"])
    assert told["meta"]["totalItems"] > 1000

    sdk_3 = {"X-Langfuse-Sdk-Name": "python", "X-Langfuse-Sdk-Version": "3.15.0"}
    _, shown = api("get", f"models/{made['id']}", **sdk_3)
    assert [tier["name"] for tier in shown["pricingTiers"]] == ["Standard", "Long"]


def test_every_price_of_the_catalogue_can_be_shown():
    from pricing.api.shape import model
    from pricing.models import ModelPrice

    for price in ModelPrice.objects.filter(project=None).iterator():
        assert model(price)["prices"], price.pk


def test_a_new_definition_ends_the_one_before_it_and_a_deleted_one_gives_its_time_back(api):
    _, first = api("post", "models", FLAT)
    _, second = api("post", "models", {**FLAT, "startDate": "2026-11-10T00:00:00Z"})
    assert first["id"] != second["id"]
    assert api("post", "models", FLAT)[0] == 409
    assert api("delete", f"models/{second['id']}") == (204, None)
    assert api("get", f"models/{second['id']}")[0] == 404
    assert api("get", f"models/{first['id']}")[0] == 200


def test_a_definition_is_made_and_replaced_under_the_id_that_a_client_chose(api):
    status, made = api("put", "models/of-mine", FLAT)
    assert (status, made["id"], made["inputPrice"]) == (200, "of-mine", 0.000002)
    status, replaced = api("put", "models/of-mine", {**FLAT, "inputPrice": 0.000009})
    assert (status, replaced["inputPrice"]) == (200, 0.000009)
    assert replaced["createdAt"] == made["createdAt"]
    assert [one["id"] for one in api("get", "models")[1]["data"]].count("of-mine") == 1


def test_the_catalogue_is_nobodys_to_change(api):
    from pricing.models import ModelPrice

    price = ModelPrice.objects.filter(project=None, valid_to=None).first()
    assert api("get", f"models/{price.pk}")[0] == 200
    assert api("put", f"models/{price.pk}", FLAT)[0] == 403
    assert api("delete", f"models/{price.pk}")[0] == 403
    assert api("get", f"models/{price.pk}")[0] == 200


def test_another_projects_definition_is_not_there(api, organisation):
    from accounts.keys import create_key
    from accounts.models import Project

    _, made = api("post", "models", FLAT)
    other = Project.objects.create(organisation=organisation, name="Other")
    new = create_key(other, scopes=("read", "admin"))

    class key:
        public_key, secret_key = new.key.public_key, new.secret_key

    path = f"models/{made['id']}"
    for method, body in (("get", None), ("put", FLAT), ("delete", None)):
        status, told = api(method, path, body, key=key)
        assert (status, told["error"]) == (404, "LangfuseNotFoundError")
    assert api("get", path) == (200, made)


@pytest.mark.parametrize("scopes", [("ingest",), ("read",), ("ingest", "read", "prompts")])
def test_a_key_that_may_not_change_settings_may_not_change_prices(api, make_api_key, scopes):
    key = make_api_key(scopes=scopes)
    assert api("post", "models", FLAT, key=key)[0] == 403
    assert api("put", "models/x", FLAT, key=key)[0] == 403
    assert api("delete", "models/x", key=key)[0] == 403


@pytest.mark.parametrize(
    "change",
    [
        {"modelName": ""}, {"modelName": None}, {"modelName": "x" * 201}, {"modelName": "a\0"},
        {"matchPattern": "("}, {"matchPattern": "(?=lookahead)"}, {"matchPattern": 5},
        {"matchPattern": ""}, {"unit": "BANANAS"}, {"unit": []}, {"startDate": "yesterday"},
        {"startDate": 5}, {"startDate": "9999-13-01"}, {"inputPrice": -1}, {"inputPrice": "free"},
        {"inputPrice": True}, {"inputPrice": 10**400}, {"inputPrice": 2_000_000},
        {"totalPrice": 1}, {"inputPrice": None, "outputPrice": None}, {"pricingTiers": [STANDARD]},
        {"tokenizerId": {}}, {"tokenizerConfig": float("nan")},
    ],
)  # fmt: skip
def test_a_definition_that_pricing_could_not_use_is_a_400(api, change):
    status, told = api("post", "models", {**FLAT, **change})
    assert (status, told["message"]) == (400, "Invalid request data")
    assert told["error"]


@pytest.mark.parametrize(
    "tiers",
    [
        [], {}, "x", [5], [STANDARD, STANDARD], [{**STANDARD, "isDefault": False}],
        [{**STANDARD, "priority": 1}], [{**STANDARD, "conditions": LONG}],
        [{**STANDARD, "prices": {}}], [{**STANDARD, "prices": {"input": "x"}}],
        [{**STANDARD, "prices": {"request": 1}}],
        [{**STANDARD, "prices": {"input": 1, "prompt_tokens": 2}}],
        [{**STANDARD, "conditions": None}], [{**STANDARD, "name": ""}],
        *([STANDARD, {"name": "n", "priority": 1, "conditions": conditions, "prices": {"input": 1}}]
          for conditions in (
              [], [5], [{}], [*LONG, *BATCH, *BATCH],
              [{**LONG[0], "operator": "lt"}], [{**LONG[0], "operator": []}],
              [{**LONG[0], "value": 1.5}], [{**LONG[0], "value": "1"}],
              [{**LONG[0], "usageDetailPattern": "output"}],
              [{**LONG[0], "usageDetailPattern": "("}], [{**LONG[0], "caseSensitive": 1}],
              [{**BATCH[0], "values": ["gold"]}], [{**BATCH[0], "values": [[]]}],
              [{**BATCH[0], "key": "region"}], [{**BATCH[0], "key": []}])),
    ],
)  # fmt: skip
def test_tiers_that_mean_nothing_here_are_a_400(api, tiers):
    asked = {"modelName": "acme-2", "matchPattern": "^acme-2", "pricingTiers": tiers}
    status, told = api("post", "models", asked)
    assert (status, told["message"]) == (400, "Invalid request data")

"""The page of a project's model prices: who may see and change what, and what it says."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from pricing.in_use import in_use
from pricing.models import ModelPrice

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")

NASTY = '<script>alert(1)</script>"&model=x#'


def url(name, project, *args):
    return reverse(name, args=[project.id, *args])


def text_of(client, project, query=""):
    response = client.get(url("model-prices", project) + query)
    assert response.status_code == 200
    return response.content.decode()


def by_model(project):
    return {one.use.model: one for one in in_use(project.id).models}


def test_each_model_says_how_it_is_priced_and_the_unpriced_come_first(project, call, own_price):
    own_price("house-1")
    call("gpt-4o", provider="openai")
    call("house-1")
    call("acme-1")
    call("routed", cost={"total": Decimal(2)}, cost_source="sent")
    found = in_use(project.id)
    assert found.models[0].use.model == "acme-1"
    assert {one.use.model: one.state for one in found.models} == {
        "acme-1": "unpriced",
        "gpt-4o": "catalogue",
        "house-1": "own",
        "routed": "sent",
    }
    assert found.unpriced == 1
    priced = by_model(project)["gpt-4o"]
    assert (priced.use.cost, priced.use.tokens, priced.date) == (
        Decimal("12.5"),
        2_000_000,
        "2026-11-20",
    )


def test_calls_without_tokens_are_told_apart_from_calls_without_a_price(project, call):
    call("acme-1")
    call("acme-1", usage={})
    call("gpt-4o", usage={})
    call("gpt-4o", usage={"input": 5, "seconds": 3})
    call("gpt-4o", usage={}, level="ERROR")  # has used nothing
    use = by_model(project)["acme-1"].use
    assert (use.without_price, use.without_usage, use.without_rate) == (1, 1, 0)
    use = by_model(project)["gpt-4o"].use
    assert (use.calls, use.without_price, use.without_usage, use.without_rate) == (3, 0, 1, 1)


def test_only_this_projects_calls_of_the_last_30_days_are_counted_and_each_once(
    project, organisation, call
):
    from accounts.models import Project
    from traces.writer import insert_spans

    span = call("acme-1")
    span.version += 1
    insert_spans([span])
    call("acme-old", hours_ago=24 * 31)
    call("acme-chain", type="CHAIN", usage={})
    other = Project.objects.create(organisation=organisation, name="Other")
    assert {model: one.use.calls for model, one in by_model(project).items()} == {"acme-1": 1}
    assert in_use(other.id).models == []


def test_a_call_that_names_no_model_is_counted_and_offers_no_price(client, admin, project, call):
    call("")
    assert by_model(project)[""].state == "unnamed"
    client.force_login(admin)
    page = text_of(client, project)
    assert "No model named" in page
    assert "Set a price" not in page


def test_the_page_leads_from_an_unpriced_model_to_a_filled_in_form(client, admin, project, call):
    call("acme/1 a&b", provider="acme")
    client.force_login(admin)
    link = (
        url("price-create", project) + "?model=acme%2F1%20a%26b&amp;provider=acme&amp;begins=always"
    )
    assert link in text_of(client, project)
    page = client.get(link.replace("&amp;", "&")).content.decode()
    assert 'value="acme/1 a&amp;b"' in page
    assert "This price is for 1 model in use:" in page


def test_viewers_see_prices_and_may_change_nothing(client, viewer, project, call, own_price):
    price = own_price("house-1")
    call("acme-1")
    client.force_login(viewer)
    page = text_of(client, project)
    assert "Unpriced" in page
    assert "house-1" in page
    for name in ("price-create", "reprice-start"):
        assert url(name, project) not in page
    for name in ("price-end", "price-delete"):
        assert url(name, project, price.pk) not in page
        assert client.get(url(name, project, price.pk)).status_code == 404
        assert client.post(url(name, project, price.pk)).status_code == 404
    assert client.get(url("price-create", project)).status_code == 404
    assert client.post(url("reprice-start", project), {"days": "1"}).status_code == 404
    assert not project.reprice_runs.exists()


def test_members_may_not_change_prices_and_strangers_find_nothing(
    client, member, stranger, project
):
    client.force_login(member)
    assert client.get(url("model-prices", project)).status_code == 200
    assert client.post(url("price-create", project), {}).status_code == 404
    client.force_login(stranger)
    for query in ("", "?part=catalogue&q=gpt-4o", "?part=run"):
        assert client.get(url("model-prices", project) + query).status_code == 404


def test_another_projects_price_is_not_found(client, admin, project, organisation, own_price):
    from accounts.models import Project

    price = own_price("house-1")
    other = Project.objects.create(organisation=organisation, name="Other")
    client.force_login(admin)
    for name in ("price-end", "price-delete"):
        assert client.post(url(name, other, price.pk)).status_code == 404
    bundled = "gpt-4o@2026-11-20"
    assert client.post(url("price-delete", project, bundled)).status_code == 404
    assert client.post(url("price-delete", project, "a\0b")).status_code == 404
    assert ModelPrice.objects.filter(pk__in=[price.pk, bundled]).count() == 2


def test_the_catalogue_says_what_it_knows_of_a_name(client, viewer, project):
    client.force_login(viewer)
    part = text_of(client, project, "?part=catalogue&q=GPT-4o-2099-01-01")
    assert "answers for this name" in part
    assert "$2.5" in part
    assert "2026-11-20" in part
    assert "LiteLLM" in part
    assert "<html" not in part
    assert "<html" in text_of(client, project, "?q=gpt-4o")


@pytest.mark.parametrize("asked", ["no-such-model", "%00", "%", "_" * 300, "%3Cscript%3E"])
def test_a_name_that_the_catalogue_does_not_know_is_no_error(client, viewer, project, asked):
    client.force_login(viewer)
    part = text_of(client, project, f"?part=catalogue&q={asked}")
    assert "<script" not in part


def test_names_from_outside_are_text(client, admin, project, call, own_price):
    call(NASTY, provider=NASTY)
    own_price("x", match_pattern=NASTY)
    client.force_login(admin)
    page = text_of(client, project, "?q=%3Cscript%3Ealert(1)")
    assert "<script>alert" not in page
    assert " style=" not in page
    assert " onclick" not in page


def test_a_price_that_cannot_be_used_is_shown_as_such(client, admin, project):
    ModelPrice.objects.create(id="bad", project=project, model_name="x", source="us", rates="free")
    client.force_login(admin)
    assert "Cannot be used" in text_of(client, project)
    assert client.get(url("price-create", project) + "?like=bad").status_code == 200
    assert client.get(url("price-delete", project, "bad")).status_code == 200


def test_a_project_without_calls_or_prices_says_what_comes_next(client, viewer, project):
    client.force_login(viewer)
    page = text_of(client, project)
    assert "No model was called in the last 30 days" in page
    assert url("setup", project) in page


def test_while_clickhouse_is_away_own_prices_and_the_catalogue_are_still_there(
    client, admin, project, own_price, settings
):
    from traces import clickhouse

    price = own_price("house-1", valid_from=timezone.now() - timedelta(days=3))
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/nobody"
    clickhouse.forget_clients()
    try:
        client.force_login(admin)
        page = text_of(client, project, "?q=gpt-4o")
        assert "ClickHouse could not tell which models are in use" in page
        assert "house-1" in page
        assert "answers for this name" in page
        page = client.get(url("price-delete", project, price.pk)).content.decode()
        assert "could not tell whether calls were priced" in page
    finally:
        clickhouse.forget_clients()


def test_repricing_is_offered_only_where_a_price_holds_for_past_calls(
    client, admin, project, call, own_price
):
    call("acme-1")
    call("acme-2")
    own_price("acme-1")
    own_price("acme-2", valid_from=timezone.now() - timedelta(minutes=1))
    found = by_model(project)
    assert (found["acme-1"].is_repriceable, found["acme-2"].is_repriceable) == (True, False)
    client.force_login(admin)
    page = text_of(client, project)
    assert "?reprice=acme-1#reprice" in page
    assert "?reprice=acme-2#reprice" not in page
    assert "<option selected>acme-1</option>" in text_of(client, project, "?reprice=acme-1")

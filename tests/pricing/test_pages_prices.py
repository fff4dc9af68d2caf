"""Setting, ending and deleting a project's own prices on its pages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from pricing import store
from pricing.cost import price_spans
from pricing.forms import COLUMNS
from pricing.models import ModelPrice
from pricing.rates import UNITS, sheet_of
from traces.records import Span

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")

GOOD = {
    "model": "acme-1", "matching": "name", "plain_input": "3", "plain_output": "15",
    "begins": "always",
}  # fmt: skip


@pytest.fixture
def pages(client, admin, project):
    """Logged in as an admin: `pages.add(…)` posts the form, with GOOD for what is not given."""
    client.force_login(admin)

    class Pages:
        url = reverse("price-create", args=[project.id])

        def add(self, **answers):
            return client.post(self.url, {**GOOD, **answers})

        def errors(self, **answers):
            response = self.add(**answers)
            assert response.status_code == 200
            assert not ModelPrice.objects.filter(project=project).exists()
            return response.context["form"].errors

        def get(self, name, *args, **query):
            return client.get(reverse(name, args=[project.id, *args]), query).content.decode()

        def post(self, name, *args, **answers):
            return client.post(reverse(name, args=[project.id, *args]), answers)

    yield Pages()
    store.forget()


def own(project) -> list[ModelPrice]:
    return list(ModelPrice.objects.filter(project=project).order_by("valid_from", "valid_to"))


def cost(project, usage, **fields) -> Decimal | None:
    span = Span(
        project.id, "t", "s", 1_790_000_000_000_000_000, type="GENERATION", usage=usage,
        **{"model": "acme-1", **fields},
    )  # fmt: skip
    price_spans([span])
    return span.total_cost


def test_a_saved_price_prices_the_next_call(pages, project, admin):
    store.catalogue()  # has been looked at before
    response = pages.add(provider=" acme ")
    price = own(project)[0]
    assert response["Location"].endswith(f"?priced={quote(price.pk)}")
    assert (price.provider, price.source, price.valid_from) == ("acme", admin.name, None)
    assert price.rates == [["input", "0.000003", 0, ""], ["output", "0.000015", 0, ""]]
    assert cost(project, {"input": 1_000_000, "output": 100_000}) == Decimal("4.5")
    assert cost(project, {"input": 1_000_000}, provider="another") is None


def test_every_field_ends_up_where_the_arithmetic_looks_for_it(pages, project):
    answers = {
        f"{column}_{unit}": str(100 * row + number)
        for row, column in enumerate(COLUMNS, 1)
        for number, unit in enumerate(UNITS, 1)
    }
    pages.add(**answers, above="1000")
    sheet, left = sheet_of(own(project)[0].rates)
    assert not left
    assert sheet.above == 1000
    held = {f"{column}_{unit}": value for (column, unit), value in sheet.cells.items()}
    assert held == {name: Decimal(value) for name, value in answers.items()}
    million = 1_000_000
    assert cost(project, {"input": 10}) * million == 10 * 101
    assert cost(project, {"input": 1001}) * million == 1001 * 201
    said = {"service_tier": "batch"}
    assert cost(project, {"output": 10}, model_parameters=said) * million == 10 * 302
    assert cost(project, {"output_reasoning_tokens": 10}) * million == 10 * 106


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"model": ""}, "model"),
        ({"model": "x" * 201}, "model"),
        ({"model": "a\0b"}, "model"),
        ({"model": "acme(", "matching": "pattern"}, "model"),
        ({"model": "(?=a)b", "matching": "pattern"}, "model"),
        ({"matching": "guess"}, "matching"),
        ({"plain_input": "", "plain_output": ""}, "plain_input"),
        ({"plain_input": "-1"}, "plain_input"),
        ({"plain_input": "NaN"}, "plain_input"),
        ({"plain_input": "1e12"}, "plain_input"),
        ({"plain_input": "three"}, "plain_input"),
        ({"plain_output": "", "plain_input": "", "plain_input_cached_tokens": "1"}, "plain_input"),
        ({"above": "200000"}, "above"),
        ({"above_input": "6"}, "above"),
        ({"above": "0", "above_input": "6"}, "above"),
        ({"above": "1e9", "above_input": "6"}, "above"),
        ({"batch_output": "-2"}, "batch_output"),
        ({"begins": "at"}, "valid_from"),
        ({"begins": "at", "valid_from": "soon"}, "valid_from"),
        ({"begins": "someday"}, "begins"),
    ],
)
def test_a_mistake_is_told_at_its_field(pages, answers, field):
    assert list(pages.errors(**answers)) == [field]


def test_zero_is_a_price_and_empty_is_none(pages, project):
    pages.add(plain_input="0", plain_output="0")
    assert cost(project, {"input": 10, "output": 5}) == 0


def test_a_new_price_closes_the_one_before_and_the_history_shows_both(pages, project):
    pages.add()
    response = pages.add(
        plain_input="4", begins="at", valid_from="2026-03-01T00:00", model="ACME-1"
    )
    assert response.status_code == 302
    new, old = own(project)  # NULLs last
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert (old.valid_from, old.valid_to) == (None, day)
    assert (new.valid_from, new.valid_to) == (day, None)
    assert old.rates[0][1] == "0.000003"
    page = pages.get("model-prices")
    assert page.count("2026-03-01 00:00</time>") == 2
    assert "ended" in page


def test_a_price_put_before_another_ends_where_that_begins(pages, project):
    pages.add(begins="at", valid_from="2026-03-01T00:00")
    pages.add(plain_input="9")
    new, old = own(project)
    assert new.valid_from == old.valid_to == datetime(2026, 3, 1, tzinfo=UTC)
    assert old.rates[0][1] == "0.000009"


def test_prices_of_other_providers_and_patterns_are_left_alone(pages, project):
    pages.add()
    pages.add(provider="acme", begins="now")
    pages.add(matching="pattern", begins="now")
    assert [price.valid_to for price in own(project)] == [None] * 3


def test_two_prices_cannot_begin_at_once(pages, project):
    pages.add()
    form = pages.add(plain_input="4").context["form"]
    assert list(form.errors) == ["begins"]
    assert len(own(project)) == 1


def test_the_preview_names_the_models_that_a_price_is_for(pages, call):
    call("Acme-Large", provider="acme")
    call("acme-small", provider="other")
    call("gpt-4o")

    def preview(**asked):
        return pages.get("price-create", part="matches", **asked)

    assert "<html" not in preview(model="ACME-large", matching="name")
    assert "Acme-Large" in preview(model="ACME-large", matching="name")
    both = preview(model="^ACME-", matching="pattern")
    assert "Acme-Large" in both
    assert "acme-small" in both
    assert "gpt-4o" not in both
    one = preview(model="^acme-", matching="pattern", provider="acme")
    assert "acme-small" not in one
    assert "No model called" in preview(model="acme", matching="name")
    assert "RE2" in preview(model="acme(", matching="pattern")
    for odd in ("", " ", "a\0", "x" * 5000):
        assert preview(model=odd, begins="at", valid_from="never")


def test_the_preview_tells_which_price_a_new_one_closes(pages, own_price):
    own_price("acme-1")
    assert "The price that holds now ends" in pages.get(
        "price-create", part="matches", model="acme-1", begins="now"
    )


def test_without_javascript_the_preview_is_a_button_that_saves_nothing(pages, project, call):
    call("acme-1")
    page = pages.add(check="1", plain_input="7").content.decode()
    assert "This price is for 1 model in use:" in page
    assert 'value="7"' in page
    assert not own(project)


def test_a_form_begun_from_a_price_holds_its_rates_and_says_what_it_cannot_hold(pages, project):
    page = pages.get("price-create", like="gemini-2.5-pro@2026-11-20")
    assert 'name="plain_input" value="1.25"' in page
    assert 'name="above" value="200000"' in page
    assert "do not fit into this form" in page
    assert 'name="model" value="gemini-2.5-pro"' in page


def test_after_saving_a_price_for_the_past_repricing_is_offered(pages, call, own_price):
    call("acme-1")
    price = own_price("acme-1")
    page = pages.get("model-prices", priced=price.pk)
    assert "Price them again?" in page
    assert 'id="offer_days"' in page
    later = own_price("acme-1", valid_from=timezone.now())
    page = pages.get("model-prices", priced=later.pk)
    assert "the cost of earlier calls stays" in page
    assert 'id="offer_days"' not in page


def test_a_price_is_ended_and_stays_in_the_history(pages, project, own_price):
    price = own_price("acme-1", valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    assert "End this price?" in pages.get("price-end", price.pk)
    early = pages.post("price-end", price.pk, valid_to="2025-12-31T00:00")
    assert list(early.context["form"].errors) == ["valid_to"]
    pages.post("price-end", price.pk, valid_to="2026-02-01T00:00")
    price.refresh_from_db()
    assert price.valid_to == datetime(2026, 2, 1, tzinfo=UTC)
    assert "acme-1" in pages.get("model-prices")
    later = pages.post("price-end", price.pk, valid_to="2026-03-01T00:00")
    assert list(later.context["form"].errors) == ["valid_to"]


def test_deleting_warns_of_what_was_priced_and_gives_the_time_back(pages, project, own_price, call):
    day = timezone.now() - timedelta(days=1)
    old = own_price("acme-1", valid_to=day)
    new = own_price("acme-1", valid_from=day)
    page = pages.get("price-delete", new.pk)
    assert "It has never priced a call." in page
    assert "will hold on" in page
    call("acme-1")
    assert "It has priced 1 call." in pages.get("price-delete", new.pk)
    assert len(own(project)) == 2
    pages.post("price-delete", new.pk)
    assert [(price.pk, price.valid_to) for price in own(project)] == [(old.pk, None)]


def test_a_price_whose_model_has_slashes_has_pages_too(pages, project):
    pages.add(model="acme/../v1/large")
    price = own(project)[0]
    assert "acme/../v1/large" in pages.get("price-delete", price.pk)
    pages.post("price-delete", price.pk)
    assert not own(project)

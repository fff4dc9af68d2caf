"""The bundled catalogue and its history in Postgres."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError

from pricing import snapshot, store
from pricing.models import ModelPrice
from pricing.store import Shelf

DAY = datetime(2027, 1, 1, tzinfo=UTC)


def small(**models) -> snapshot.Snapshot:
    rows = {
        name: {"provider": "acme", "rates": [["input", price, 0, ""], ["output", price, 0, ""]]}
        for name, price in models.items()
    }
    return snapshot.Snapshot(DAY, "test", rows)


@pytest.mark.django_db
def test_migrate_has_brought_the_bundled_prices_in():
    assert ModelPrice.objects.filter(project=None).count() > 3000
    row = ModelPrice.objects.get(id="gpt-4o@2026-11-20")
    assert row.valid_from is None
    assert "LiteLLM" in row.source


@pytest.mark.django_db
def test_a_changed_price_closes_the_old_one_and_keeps_it_for_its_time():
    first = small(new_model="1")
    assert snapshot.import_snapshot(first) == (1, 0)
    later = replace(small(new_model="2"), date=DAY + timedelta(days=30))
    assert snapshot.import_snapshot(later) == (1, 1)
    catalogue = store.loaded()
    day = 86_400 * 10**9
    start = int(DAY.timestamp()) * 10**9
    at = [
        catalogue.price("", provider="", model="new_model", time=start + days * day).id
        for days in (-400, 29, 30, 400)
    ]
    assert at == ["new_model@2027-01-01"] * 2 + ["new_model@2027-01-31"] * 2


@pytest.mark.django_db
def test_the_same_or_an_older_snapshot_changes_nothing():
    later = replace(small(new_model="2"), date=DAY + timedelta(days=30))
    snapshot.import_snapshot(later)
    assert snapshot.import_snapshot(later) == (0, 0)
    assert snapshot.import_snapshot(small(new_model="1")) == (0, 0)


@pytest.mark.django_db
def test_a_bad_row_leaves_every_other_model_priced():
    ModelPrice.objects.create(id="bad", model_name="x", source="us", rates=[["input", "-1", 0, ""]])
    assert store.loaded().price("", provider="openai", model="gpt-4o", time=0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"rates": "free"}, {"rates": []}, {"match_pattern": "(", "rates": [["input", 1, 0, ""]]}],
)
def test_the_admin_refuses_a_price_that_cannot_be_used(fields):
    with pytest.raises(ValidationError):
        ModelPrice(id="bad", model_name="x", source="us", **fields).full_clean()


def test_without_postgres_a_process_prices_with_the_bundled_file(monkeypatch):
    def away(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(ModelPrice.objects, "aggregate", away)
    price = Shelf().catalogue().price("", provider="openai", model="gpt-4o", time=0)
    assert price.id == "gpt-4o@2026-11-20"


@pytest.mark.django_db
def test_a_process_that_lost_postgres_keeps_the_prices_it_has(monkeypatch):
    ModelPrice.objects.create(id="own", model_name="mine", source="us", rates=[["input", 1, 0, ""]])
    shelf = Shelf()
    assert shelf.catalogue().price("", provider="", model="mine", time=0)

    def away(*_, **__):
        raise OperationalError("connection refused")

    monkeypatch.setattr(ModelPrice.objects, "aggregate", away)
    shelf.forget()
    assert shelf.catalogue().price("", provider="", model="mine", time=0)

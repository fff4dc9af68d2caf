"""Stored calls and own prices for the tests of the pages about prices."""

import time
from collections.abc import Callable

import pytest

HOUR = 3_600_000_000_000


@pytest.fixture(scope="session")
def catalogue():
    """The bundled prices, which no test changes."""
    from pricing import snapshot
    from pricing.catalogue import Catalogue

    return Catalogue(snapshot.prices(snapshot.bundled()))


@pytest.fixture
def call(project) -> Callable:
    """`call("acme-1", hours_ago=5, …)`: a stored call of a model, priced as ingest would."""
    from pricing.cost import price_spans
    from traces.records import Span
    from traces.writer import insert_spans

    made = []

    def stored(model: str, *, hours_ago: float = 2, **fields) -> Span:
        fields = {
            "usage": {"input": 1_000_000, "output": 1_000_000},
            "type": "GENERATION",
            **fields,
        }
        start = time.time_ns() - int(hours_ago * HOUR)
        span = Span(
            project.id, "t1", f"s{len(made)}", start, end_time=start + 10**9, model=model, **fields
        )
        made.append(span)
        price_spans([span])
        insert_spans([span])
        return span

    return stored


@pytest.fixture
def own_price(project) -> Callable:
    """`own_price("acme-1", dollars=3, valid_from=…)`: a price of the project's own."""
    from pricing import store
    from pricing.history import new_id
    from pricing.models import ModelPrice

    def stored(model: str, *, dollars: str = "3", **fields) -> ModelPrice:
        rates = [["input", f"0.00000{dollars}", 0, ""], ["output", f"0.00000{dollars}", 0, ""]]
        price = ModelPrice.objects.create(
            id=new_id(model, fields.get("valid_from")),
            project=project,
            model_name=model,
            rates=rates,
            source="Olga",
            **fields,
        )
        store.forget()
        return price

    yield stored
    store.forget()  # what this process knows goes with the transaction

"""Days of calls, as pricing stored them."""

import secrets
import time
from collections.abc import Callable
from decimal import Decimal

import pytest

SECOND = 1_000_000_000
DAY = 86_400 * SECOND


@pytest.fixture
def noon() -> int:
    """Noon (UTC) of a day in the middle of a month, in nanoseconds."""
    from datetime import UTC, datetime

    return int(datetime(2026, 9, 16, 12, tzinfo=UTC).timestamp()) * SECOND


@pytest.fixture
def calls(project) -> Callable:
    """`calls([(moment, "0.25"), …], model="gpt-4o", …)`: stored generations of these costs; None
    is a cost that nobody knows.
    """
    from traces.records import Span
    from traces.writer import insert_spans

    def stored(costs, **fields):
        spans = []
        for moment, cost in costs:
            spans.append(
                Span(
                    project.id,
                    secrets.token_hex(8),
                    secrets.token_hex(8),
                    moment,
                    end_time=moment + SECOND,
                    total_cost=None if cost is None else Decimal(cost),
                    cost_source="unknown" if cost is None else "computed",
                    version=time.time_ns(),
                    received_at=moment,
                    **{"type": "GENERATION", "model": "gpt-4o", **fields},
                )
            )
        insert_spans(spans)

    return stored


@pytest.fixture
def budget(project, owner) -> Callable:
    """`budget(amount="100", dimension="model", …)`."""
    from dashboards.budgets.changing import By, Wish, add

    def made(**wish):
        wish = {"name": "Everything", "amount": Decimal(wish.pop("amount", "100")), **wish}
        return add(project, Wish(**wish), By(user=owner))

    return made

"""Which rows no insert can take, found without asking ClickHouse."""

from dataclasses import replace
from decimal import Decimal

import pytest

from traces.columns import SCORES, SPANS
from traces.native import NotEncodable
from traces.records import Score, Span

GOOD = Span("p", "t", "s", 1_772_334_000_000_000_000)


@pytest.mark.parametrize(
    "field",
    [
        {"prompt_version": -1},
        {"prompt_version": 2**32},
        {"usage": {"input": 2**64}},
        {"dropped_events": 2**32},
        {"total_cost": Decimal(10**6)},
        {"total_cost": Decimal("NaN")},
        {"name": "half \ud83d"},
        {"start_time": -1},
        {"end_time": "yesterday"},
    ],
)
def test_the_rows_that_cannot_be_encoded_are_named_with_their_column(field):
    bad = replace(GOOD, **field)
    rows = [GOOD, bad, replace(GOOD, span_id="other")]
    with pytest.raises(NotEncodable, match=next(iter(field))):
        SPANS.encode(rows)
    [(guilty, reason)] = SPANS.unencodable(rows)
    assert guilty is bad
    assert next(iter(field)) in reason


def test_rows_that_can_be_encoded_are_not_named():
    assert SPANS.unencodable([GOOD, GOOD]) == []
    assert SCORES.unencodable([Score("p", "s", "n", 1)]) == []

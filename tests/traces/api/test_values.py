"""Stored text, times and figures as the API writes them."""

from decimal import Decimal

import pytest

from traces.api.moments import iso
from traces.api.shapes.trace import trace_summary
from traces.api.shapes.values import json_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("plain words", "plain words"),
        ('{"a":[1,2]}', {"a": [1, 2]}),
        (' [1, "x"]', [1, "x"]),
        ("12", 12),
        ("-1.5", -1.5),
        ("true", True),
        ("null", None),
        ('"quoted"', "quoted"),
        ("{not json}", "{not json}"),
        ("NaN", "NaN"),
        ("[NaN]", "[NaN]"),
        ("1e999", "1e999"),
        ("00123", "00123"),
        ("9007199254740993", "9007199254740993"),
        ("9" * 5000, "9" * 5000),
        ("[" * 100_000, "[" * 100_000),
        ("tomorrow", "tomorrow"),
    ],
)
def test_stored_text_comes_back_as_the_value_that_was_sent(text, value):
    assert json_value(text) == value


@pytest.mark.parametrize(
    ("nanoseconds", "written"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00.000Z"),
        (1_769_851_800_123_999_999, "2026-01-31T09:30:00.123Z"),
    ],
)
def test_times_are_written_to_the_millisecond(nanoseconds, written):
    assert iso(nanoseconds) == written


def summary(*, unknown_costs: int, total_cost: Decimal | None, null_cost: bool = True) -> dict:
    row = {
        "trace_id": "t",
        "started_ns": 0,
        "name": "",
        "session_id": "",
        "release": "",
        "version_label": "",
        "user_id": "",
        "tags": [],
        "is_public": False,
        "environment": "prod",
        "observation_ids": [],
        "latency_ns": 1_500_000_000,
        "unknown_costs": unknown_costs,
        "total_cost": total_cost,
    }
    return trace_summary(row, project_id="p", groups={"metrics"}, score_ids=[], null_cost=null_cost)


def test_a_cost_that_is_partly_unknown_is_no_sum():
    assert summary(unknown_costs=1, total_cost=Decimal("0.5"))["totalCost"] is None


def test_a_client_that_cannot_hold_a_null_is_told_that_the_cost_is_left_out():
    assert summary(unknown_costs=1, total_cost=None, null_cost=False)["totalCost"] == -1


def test_a_trace_in_which_nothing_is_to_be_paid_for_costs_nothing():
    shown = summary(unknown_costs=0, total_cost=None)
    assert (shown["totalCost"], shown["latency"]) == (0.0, 1.5)

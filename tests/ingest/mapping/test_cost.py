from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"gen_ai.usage.cost": 0.000151}, {"total": Decimal("0.000151")}),
        ({"gen_ai.usage.cost": "0.25"}, {"total": Decimal("0.25")}),
        ({"gen_ai.usage.cost": 0}, {"total": Decimal(0)}),
        ({"llm.cost.total": 0.5}, {"total": Decimal("0.5")}),
        (
            {"langfuse.observation.cost_details": '{"input": 0.0001, "output": 0.002}'},
            {"input": Decimal("0.0001"), "output": Decimal("0.002")},
        ),
        ({"langfuse.observation.cost_details": "[1]"}, {}),
        ({"gen_ai.usage.cost": ""}, {}),
        ({"gen_ai.usage.cost": "free"}, {}),
        ({"gen_ai.usage.cost": -1.0}, {}),
        ({"gen_ai.usage.cost": float("inf")}, {}),
        ({"gen_ai.usage.cost": 1e300}, {}),
    ],
)
def test_the_cost_that_was_sent(mapped, said, expected):
    span = mapped(said)
    assert span.cost == expected
    assert span.cost_source == ("sent" if expected else "")
    assert span.total_cost == (sum(expected.values()) if expected else None)


def test_openlit_writes_zero_where_it_has_no_price(mapped):
    said = {"gen_ai.usage.cost": 0.0, "gen_ai.usage.input_tokens": 5}
    resource = {"telemetry.sdk.name": "openlit"}
    assert mapped(said, resource=resource).cost == {}
    assert mapped({**said, "gen_ai.usage.cost": 0.5}, resource=resource).cost_source == "sent"
    assert mapped(said).cost == {"total": 0}

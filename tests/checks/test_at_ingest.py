"""Checks of spans as they come in."""

from traces.records import Patch, Span


def test_a_trace_that_was_acknowledged_has_its_checks(switch_on, arrived, scored):
    switch_on("secrets")
    switch_on("refusal")
    arrived(output="I'm sorry, but I can't help with that.", environment="production")
    found = scored()
    assert found["refusal"]["value"] == 1
    assert found["refusal"]["source"] == "EVAL"
    assert found["secrets"]["string_value"] == "False"
    assert found["refusal"]["observation_id"] == "s"

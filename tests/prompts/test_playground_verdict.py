"""Whether an answer meets its schema, with bounded work. Unbounded, these do not end."""

import json

import pytest

from prompts.playground.verdict import verdict


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/x.json"},
        {"$ref": "#"},
        {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}] * 2}}, "$ref": "#/$defs/a"},
        {"type": "telepathy"},
    ],
)
def test_a_schema_that_cannot_be_checked_says_so_and_harms_nobody(schema):
    assert verdict('{"a": 1}', schema).meets is None


@pytest.mark.parametrize(
    ("answer", "schema", "meets"),
    [
        (f'"{"a" * 60}!"', {"pattern": "^(a+)+$"}, True),
        (json.dumps([{"n": n} for n in range(100_000)]), {"uniqueItems": True}, None),
        (json.dumps(list(range(100_000))), {"items": {"type": "integer"}}, None),
        (f'["{"x" * 1_000_000}"]', {}, None),
        ("[" * 50_000, {}, False),
    ],
)
def test_no_answer_keeps_the_check_busy(answer, schema, meets):
    assert verdict(answer, schema).meets is meets


@pytest.mark.parametrize(
    ("answer", "schema"),
    [
        ("1", {"anyOf": [{}] * 60_000}),
        (json.dumps(["x"] * 5_000), {"items": {"enum": list(range(60_000))}}),
        (json.dumps(["x" * 9] * 9_000), {"items": {"enum": ["y" * 9] * 1_900 + ["x" * 9]}}),
        (json.dumps("x" * 999_000), {"anyOf": [{"enum": [1]}] * 600}),
        (json.dumps([1] * 300_000), {"anyOf": [{"items": False}] * 900}),
        (json.dumps("x" * 1_000_000), {"type": "string"}),
        (json.dumps({"x": "y" * 900_000}), {"required": [f"a{n}" for n in range(1_900)]}),
    ],
)
def test_no_schema_keeps_the_check_busy_and_the_page_says_why(answer, schema):
    found = verdict(answer, schema)
    assert (found.meets, len(found.problems)) == (None, 1)


def test_no_pattern_decides_which_properties_are_additional():
    schema = {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}
    assert verdict(json.dumps({f"{'a' * 60}!": 1}), schema).meets is True

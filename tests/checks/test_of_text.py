"""The form, the language and the length of known texts; how long they took and what they cost."""

import pytest

from tests.checks.asking import said


@pytest.mark.parametrize(
    ("text", "is_json"),
    [
        ('{"a": 1}', True),
        ('```json\n{"a": 1}\n```', True),
        ("[1, 2]", True),
        ('"word"', False),
        ('{"a": NaN}', False),
        ('{"a": 1} and more', False),
        ("[" * 100_000, None),
        ("[" * 90_000, False),
        ("", False),
    ],
)
def test_json_is_told_from_what_is_none(text, is_json):
    assert said("valid_json", output=text) in ((is_json,) if is_json is not None else (None, False))


def test_json_is_held_against_a_schema():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    options = {"schema": schema}
    assert said("json_schema", output='{"a": 1}', options=options) is True
    assert said("json_schema", output='{"a": "x"}', options=options) is False
    assert said("json_schema", output="no", options=options) is False


@pytest.mark.parametrize(("wanted", "outcome"), [("all", False), ("any", True), ("none", False)])
def test_patterns_match_all_any_or_none(wanted, outcome):
    options = {"patterns": ["(?i)HELLO", "world"], "wanted": wanted}
    assert said("regex", output="hello there", options=options) is outcome


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("안녕하세요, 무엇을 도와드릴까요?", "ko"),
        ("Django 앱을 gunicorn 으로 실행하고 확인하세요", "ko"),
        ("こんにちは、元気ですか", "ja"),
        ("你好，今天天气很好", "zh"),
        ("The weather is nice today and we are going out.", "en"),
        ("Das Wetter ist heute schön und wir gehen hinaus.", "de"),
        ("สวัสดีครับ", "th"),
    ],
)
def test_a_language_is_known_by_its_script_or_its_words(text, code):
    assert said("language", output=text) == code


def test_the_answer_is_to_be_in_the_language_of_the_question():
    question = "환불은 어떻게 하나요?"
    assert said("language_is", input=question, output="네, 여기에서 하실 수 있습니다.") is True
    assert said("language_is", input=question, output="You can do that over here.") is False
    assert said("language_is", input="", output="You can do that.") is None
    options = {"languages": ["ko", "ja"]}
    assert said("language_is", output="네, 그렇습니다.", options=options) is True


def test_lengths_are_counted_and_bounded():
    assert said("length", output="안녕 hello") == 8
    assert said("length", output="two words", options={"unit": "words"}) == 2
    assert said("length_within", output="") is False
    assert said("length_within", output="12345", options={"most": 4}) is False
    assert said("length_within", output="1234", options={"most": 4}) is True


def test_latency_and_cost_are_bounded_and_unknown_is_not_judged():
    assert said("latency_within", latency_ms=900, options={"most": 1}) is True
    assert said("latency_within", latency_ms=1001, options={"most": 1}) is False
    assert said("latency_within") is None
    assert said("cost_within", cost=0.2, options={"most": 0.1}) is False
    assert said("cost_within") is None

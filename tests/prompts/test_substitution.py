"""Variables are filled in one pass, and nothing that is put in is ever read."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.substitution import filled, unfilled, variables_of

NAMES = st.from_regex(r"\A[a-zA-Z_가-힣][a-zA-Z0-9_.가-힣-]{0,20}\Z")
# Values that would matter to any template language, this one among them.
NASTY = st.sampled_from(
    ["{{a}}", "{{ b }}", "{a}", "{0.__class__}", "{% load x %}", "${a}", "%(a)s", "{{", "}}", "\\1",
     "\\g<0>", "{#", "@@@langfusePrompt:name=a|label=b@@@", ""]
)  # fmt: skip
VALUES = st.one_of(st.text(), NASTY)
PLAIN = st.text().filter(lambda text: "{" not in text and "}" not in text)


@settings(deadline=None)
@given(st.lists(st.tuples(PLAIN, NAMES)), PLAIN, st.dictionaries(NAMES, VALUES))
def test_each_variable_becomes_its_value_and_the_rest_stays(parts, end, values):
    text = "".join(f"{plain}{{{{{name}}}}}" for plain, name in parts) + end
    expected = "".join(plain + values.get(name, f"{{{{{name}}}}}") for plain, name in parts) + end
    assert filled(text, values) == expected


@settings(deadline=None)
@given(st.lists(NAMES, min_size=1, unique=True), st.data())
def test_what_is_put_in_is_not_read_again(names, data):
    values = {name: data.draw(NASTY) for name in names}
    values[names[0]] = "".join(f"{{{{{name}}}}}" for name in names)
    assert filled(f"{{{{{names[0]}}}}}", values) == values[names[0]]


@settings(deadline=None)
@given(st.text(alphabet="{}ab_ .%$\\\t\n", max_size=60), st.dictionaries(NAMES, VALUES))
def test_no_text_fails_and_one_without_values_stays_as_it_is(text, values):
    assert filled(text, {}) == text
    filled(text, values)
    assert set(variables_of([text])) <= set(re.findall(r"[^\W\d][\w.-]*", text))


@settings(deadline=None)
@given(st.text(), st.dictionaries(NAMES, st.text()))
def test_filling_twice_is_filling_once_where_values_hold_no_braces(text, values):
    safe = {name: value.replace("{", "").replace("}", "") for name, value in values.items()}
    plain = text.replace("{", " {{ a }} ")
    assert filled(filled(plain, safe), safe) == filled(plain, safe)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{{name}}", ["name"]), ("{{ name }}", ["name"]), ("{{b}}{{a}}{{b}}", ["b", "a"]),
     ("{{ 이름 }}", ["이름"]), ("{{user.name}}", ["user.name"]), ("{{a-b}}", ["a-b"]),
     ("{name}", []), ("{{}}", []), ("{{ }}", []), ("{{1a}}", []), ("{{a b}}", []), ("{{a\n}}", []),
     ("{{{a}}}", ["a"]), ("{{a!r}}", []), ("{{a:>10}}", []), ("{% if a %}", []),
     ("{{" + "x" * 101 + "}}", [])],
)  # fmt: skip
def test_what_is_a_variable_and_what_is_not(text, expected):
    assert variables_of([text]) == expected


def test_values_reach_no_attributes_and_no_formats():
    text = "{{user.name}} {user.name} {0} %s %(a)s ${a} {{user}}"
    assert filled(text, {"user": "U"}) == "{{user.name}} {user.name} {0} %s %(a)s ${a} U"


def test_what_looks_like_a_slip_of_the_pen_is_told():
    assert list(unfilled("{{ok}} {{not ok}} {{}} {{1}}")) == ["{{not ok}}", "{{}}", "{{1}}"]


def test_a_long_text_of_braces_is_read_in_time():
    text = "{{" * 200_000
    assert (filled(text, {"a": "b"}), variables_of([text])) == (text, [])
    spaces = "{{" + " " * 400_000
    assert filled(spaces, {}) == spaces

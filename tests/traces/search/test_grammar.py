"""What is written in the query bar is read as it was meant, or is said to be wrong at its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces.search.fields import FIELDS, KEYED
from traces.search.grammar import MAX_CHARACTERS, MAX_TERMS, parsed
from traces.search.terms import TEXT, Query, Term


def read(text: str) -> list[tuple]:
    query = parsed(text)
    assert query.problems == (), query.problems
    return [
        (("-" if term.is_negated else "") + term.field, term.key, term.comparison, *term.values)
        for term in query.terms
    ]


READ = [
    ("", []),
    ("   ", []),
    ("level:ERROR", [("level", "", "", "ERROR")]),
    ("level:error", [("level", "", "", "ERROR")]),
    ("-env:dev", [("-environment", "", "", "dev")]),
    ("level:(ERROR OR WARNING)", [("level", "", "", "ERROR", "WARNING")]),
    ("level:( ERROR  OR  WARNING )", [("level", "", "", "ERROR", "WARNING")]),
    ("latency:>2 cost:>0.01", [("latency", "", ">", "2"), ("cost", "", ">", "0.01")]),
    ("latency:>=500ms", [("latency", "", ">=", "500ms")]),
    ("cost:<$0.01", [("cost", "", "<", "$0.01")]),
    ("metadata.region:eu", [("metadata", "region", "", "eu")]),
    ("metadata.a.b:c", [("metadata", "a.b", "", "c")]),
    ('metadata."odd key":"a b"', [("metadata", "odd key", "", "a b")]),
    ("scores.helpfulness:<0.5", [("scores", "helpfulness", "<", "0.5")]),
    ("scores.delta:<-0.5", [("scores", "delta", "<", "-0.5")]),
    ("has:error", [("has", "", "", "error")]),
    ("has:endTime", [("has", "", "", "end")]),
    ('"free text"', [(TEXT, "", "", "free text")]),
    ("refund policy", [(TEXT, "", "", "refund"), (TEXT, "", "", "policy")]),
    ("-refund", [("-text", "", "", "refund")]),
    ("환불 정책", [(TEXT, "", "", "환불"), (TEXT, "", "", "정책")]),
    ('say "a \\"b\\" c"', [(TEXT, "", "", "say"), (TEXT, "", "", 'a "b" c')]),
    ("name:~chat", [("name", "", "~", "chat")]),
    ("model:gpt-4o:beta", [("model", "", "", "gpt-4o:beta")]),
    ("user:-5", [("user", "", "", "-5")]),
    ("user:가나다", [("user", "", "", "가나다")]),
    ("a - b", [(TEXT, "", "", "a"), (TEXT, "", "", "-"), (TEXT, "", "", "b")]),
    ('"level:ERROR"', [(TEXT, "", "", "level:ERROR")]),
    ("or", [(TEXT, "", "", "or")]),
    ("this and that", [(TEXT, "", "", "this"), (TEXT, "", "", "and"), (TEXT, "", "", "that")]),
    ('"NOT" level:ERROR', [(TEXT, "", "", "NOT"), ("level", "", "", "ERROR")]),
    ('level:ERROR "and" user:NOT', [
        ("level", "", "", "ERROR"), (TEXT, "", "", "and"), ("user", "", "", "NOT"),
    ]),
    ('"latency>2" a>b x=1', [
        (TEXT, "", "", "latency>2"), (TEXT, "", "", "a>b"), (TEXT, "", "", "x=1"),
    ]),
    ('tag:"rag*" name:"/rag/" /rag/', [
        ("tag", "", "", "rag*"), ("name", "", "", "/rag/"), (TEXT, "", "", "/rag/"),
    ]),
    ("name:/api/chat", [("name", "", "", "/api/chat")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "terms"), READ)
def test_a_query_is_read_term_by_term(text, terms):
    assert read(text) == terms


UNREADABLE = [  # the part between the bars is what is wrong
    ("level:ERROR |colour:red|", "colour"),
    ("|levl:ERROR|", "level"),
    ("|level:purple|", "DEBUG"),
    ("|latency:slow|", "slow"),
    ("latency:|>|", "value"),
    ("|latency:5km|", "5km"),
    ("|latency:~5|", "number"),
    ("|user:>5|", "order"),
    ("|metadata:eu|", "metadata.key"),
    ("|level.x:ERROR|", "parts"),
    ("user|:| x", "missing"),
    ("level:|(ERROR OR|", "closed"),
    ("level:(ERROR |W|ARNING)", "OR"),
    ("level:|()|", "missing"),
    ('user:|"ann|', "quote"),
    ('|""|', "nothing"),
    ("a |OR| b", "between"),
    ("|NOT| level:ERROR", "-level:ERROR"),
    ("level:ERROR |AND| user:ann", "space"),
    ("a |NOT| b", "minus"),
    ("|not| level:ERROR", "minus"),
    ("level:ERROR |and| user:ann", "space"),
    ("refund |And| user:ann", "space"),
    ("level:ERROR |or| user:ann", "between"),
    ("a |-NOT|", "minus"),
    ("|latency>2| user:ann", "latency:>2."),
    ("|cost < 0.5|", "cost:<0.5."),
    ("a |scores.helpful<=0.5|", "scores.helpful:<=0.5."),
    ("|level=ERROR|", "level:ERROR."),
    ("|user!=ann|", "-user:ann."),
    ("|latency>|", "latency:>…"),
    ("tag:|rag*|", "wildcards"),
    ("name:(a OR |*b|)", "wildcards"),
    ("|refund*|", "wildcards"),
    ("name:|/rag/|", "regular"),
    ("|(|a", "Brackets"),
    ("|https://example.org|", "quotes"),
    ("|has:luck|", "error"),
    ("|latency:>(1 OR 2)|", "1"),
    ("|scores.x:>high|", "high"),
]


@pytest.mark.parametrize(("marked", "said"), UNREADABLE)
def test_what_cannot_be_read_is_told_at_its_place(marked, said):
    before, wrong, _after = marked.split("|")
    problem = parsed(marked.replace("|", "")).problems[0]
    assert said in problem.message
    assert (problem.start, problem.end) == (len(before), len(before) + len(wrong))


def test_a_query_has_bounds():
    assert parsed("a " * (MAX_TERMS + 1)).problems
    assert parsed("x" * (MAX_CHARACTERS + 1)).problems
    assert parsed("user:(" + " OR ".join(map(str, range(51))) + ")").problems


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1)
special = st.sampled_from(["AND", "or", "Not", "latency>2", "a*", "/a/", "cost", ">", "2"])
texts = words.map(lambda word: word.strip()).filter(bool) | special
free = st.builds(Term, st.just(TEXT), st.tuples(texts), is_negated=st.booleans())
chosen = st.builds(
    Term,
    st.sampled_from(["user", "session", "name", "tag", "model"]),
    st.lists(texts, min_size=1, max_size=4).map(tuple),
    is_negated=st.booleans(),
)
keyed = st.builds(
    Term,
    st.sampled_from([name for name, field in FIELDS.items() if field.kind == KEYED]),
    st.tuples(texts),
    key=texts,
    comparison=st.sampled_from(["", "~"]),
)
numbers = st.builds(
    Term,
    st.sampled_from(["latency", "cost", "tokens"]),
    st.tuples(st.integers(0, 10**9).map(str)),
    comparison=st.sampled_from(["", ">", "<", ">=", "<="]),
)


@given(st.lists(free | chosen | keyed | numbers, max_size=6))
def test_what_is_written_of_a_query_reads_as_the_same_query(terms):
    import unicodedata

    again = parsed(str(Query(tuple(terms))))
    assert again.problems == ()

    def nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    assert [(t.field, nfc(t.key), t.comparison, t.is_negated, t.values) for t in again.terms] == [
        (t.field, nfc(t.key), t.comparison, t.is_negated, tuple(map(nfc, t.values))) for t in terms
    ]


@given(st.text(max_size=200))
def test_any_text_at_all_is_read_or_told_wrong(text):
    query = parsed(text)
    for problem in query.problems:
        assert problem.message and 0 <= problem.start <= problem.end <= MAX_CHARACTERS * 4


def test_a_choice_is_added_taken_out_and_leaves_the_rest():
    query = parsed("-user:bob level:ERROR refund")
    more = query.toggled("level", "WARNING")
    assert str(more) == "-user:bob level:(ERROR OR WARNING) refund"
    assert str(more.toggled("level", "ERROR")) == "-user:bob level:WARNING refund"
    assert str(query.toggled("level", "ERROR")) == "-user:bob refund"
    assert (
        str(query.toggled("user", "ann smith")) == '-user:bob level:ERROR refund user:"ann smith"'
    )


def test_a_bound_replaces_the_one_before_on_the_same_side():
    query = parsed("latency:>2 latency:<9")
    assert (
        str(query.with_term(Term("latency", ("3",), comparison=">="))) == "latency:<9 latency:>=3"
    )


def test_the_page_about_the_search_names_every_field():
    page = (Path(__file__).parents[3] / "docs" / "search.md").read_text()
    for field in FIELDS.values():
        assert f"`{field.name}" in page, field.name

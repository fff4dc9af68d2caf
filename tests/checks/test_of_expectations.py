"""Known answers held against what was expected: tool calls, contexts, reference texts."""

import pytest

from evals.checks.registry import Call, Passage, Subject
from tests.checks.asking import said

CALLS = (Call("search", {"q": "a", "n": 3}), Call("book", {"id": 1}))


@pytest.mark.parametrize(
    ("called", "options", "score"),
    [
        (CALLS, {}, 1.0),
        (CALLS[::-1], {}, 1.0),
        (CALLS[::-1], {"same_order": True}, 0.0),
        (CALLS[:1], {}, 0.5),
        ((*CALLS, Call("pay")), {}, 2 / 3),
        ((Call("search", '{"q": "a", "n": 4}'), CALLS[1]), {}, 0.75),
        ((Call("search", '{"q": "a", "n": 4}'), CALLS[1]), {"arguments": "exact"}, 0.5),
        ((Call("search"), Call("book")), {"arguments": "names"}, 1.0),
        ((), {}, 0.0),
    ],
)
def test_tool_calls_are_held_against_those_that_were_expected(called, options, score):
    subject = Subject(tool_calls=called, expected_tool_calls=CALLS)
    assert said("tool_calls", subject, options=options) == pytest.approx(score)


def test_contexts_are_held_against_those_that_were_expected():
    contexts = tuple(Passage(one) for one in "abcd")
    known = {"contexts": contexts, "expected_contexts": ("a", "x")}
    assert said("context_precision", **known) == 0.25
    assert said("context_recall", **known) == 0.5
    assert said("context_recall", expected_contexts=("a",)) == 0
    assert said("context_precision", contexts=contexts) is None


@pytest.mark.parametrize(
    ("output", "score"),
    [
        ("As said [1] and [2].", 1.0),
        ("As said [1, 3].", 0.5),
        ("As said [doc-7] and [DOC-8].", 0.5),
        ("See [the page 2](https://example.org).", None),
        ("He said [sic] so.", None),
        ("[^1] is a footnote", 1.0),
    ],
)
def test_citations_must_exist_in_the_context(output, score):
    contexts = (Passage("doc-7"), Passage("doc-9"))
    assert said("citations", output=output, contexts=contexts) == score


def test_citing_nothing_fails_where_it_must():
    contexts = (Passage("a"),)
    assert said("citations", output="x", contexts=contexts, options={"must_cite": True}) == 0
    assert said("citations", output="x", contexts=contexts) is None


@pytest.mark.parametrize(
    ("text", "reference", "one", "two", "longest"),
    [
        # Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004), section 3.1
        ("police kill the gunman", "police killed the gunman", 0.75, 1 / 3, 0.75),
        ("the gunman kill police", "police killed the gunman", 0.75, 1 / 3, 0.5),
        # Google's rouge_score, rouge_scorer_test.py
        ("testing", "testing one two", 0.5, 0.0, 0.5),
        ("", "testing", 0.0, 0.0, 0.0),
    ],
)
def test_rouge_is_as_published(text, reference, one, two, longest):
    for kind, score in (("1", one), ("2", two), ("l", longest)):
        found = said("rouge", output=text, expected=reference, options={"kind": kind})
        assert found == pytest.approx(score), kind


def test_bleu_and_chrf_are_sacrebleus():
    import sacrebleu

    text, reference = "The dog bit the man.", "The dog had bit the man."
    bleu = sacrebleu.sentence_bleu(text, [reference]).score / 100
    assert said("bleu", output=text, expected=reference) == pytest.approx(bleu)
    chrf = sacrebleu.sentence_chrf(text, [reference]).score / 100
    assert said("chrf", output=text, expected=reference) == pytest.approx(chrf)
    assert said("bleu", output=reference, expected=reference) == pytest.approx(1)


def test_matches_are_exact_or_nearly_so():
    assert said("exact_match", output="Seoul ", expected="Seoul") is True
    assert said("exact_match", output="seoul", expected="Seoul") is False
    assert said("exact_match", output="seoul", expected="Seoul", options={"ignore_case": True})
    assert said("exact_match", output='{"a":1,"b":2}', expected='{"b": 2, "a": 1}') is True
    assert said("fuzzy_match", output="kitten", expected="sitting") == pytest.approx(8 / 13)
    assert said("fuzzy_match", output="x") is None

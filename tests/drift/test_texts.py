"""Texts and embeddings, told apart or not."""

import sys

import numpy as np
import pytest

from evals.drift.methods import Method
from evals.drift.statistics import embeddings
from evals.drift.statistics.domain import separation
from evals.drift.statistics.samples import NotComparable, TooFew
from evals.drift.statistics.texts import MOST_CHARACTERS, text_drift, words

random = np.random.default_rng(8)


@pytest.fixture(autouse=True)
def same_in_every_order(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "random", np.random.default_rng(8))


VOCABULARY = [f"word{number}" for number in range(120)]


def texts(n, vocabulary=VOCABULARY, length=12):
    return [" ".join(random.choice(vocabulary, length)) for _ in range(n)]


def plain(n):
    """Of few words, by which nothing is told apart."""
    return texts(n, VOCABULARY[:12], length=5)


def test_texts_of_one_source_are_not_told_apart():
    found = text_drift(texts(150), texts(120)).separation
    assert found.auc == pytest.approx(0.5, abs=0.1)
    assert found.p > 0.05
    assert 0.5 < found.needed < 0.6


def test_identical_texts_are_no_drift():
    sample = texts(80)
    found = text_drift(sample, sample).separation
    assert found.auc <= 0.55
    assert found.p > 0.05


def test_disjoint_vocabularies_are_told_apart_wholly():
    found = text_drift(texts(60, VOCABULARY[:60]), texts(60, VOCABULARY[60:])).separation
    assert found.auc == 1.0
    assert found.p < 1e-6


def test_the_words_that_tell_are_named_with_their_shares():
    current = [f"{text} refund" if number % 2 else text for number, text in enumerate(plain(100))]
    found = text_drift([f"{text} invoice" for text in plain(100)], current)
    assert found.separation.auc > 0.9
    assert "refund" in {word.word for word in found.more}
    [invoice] = [word for word in found.fewer if word.word == "invoice"]
    assert (invoice.reference, invoice.current) == (pytest.approx(1.0), 0.0)


def test_rare_words_tell_less_than_those_that_many_texts_have():
    before = [f"late order {random.integers(1000)}" for _ in range(400)]
    since = [f"late order {random.integers(1000)}" for _ in range(340)]
    since += [f"passport visa {random.integers(1000)}" for _ in range(60)]
    found = text_drift(before, since)
    assert {one.word for one in found.more[:2]} == {"passport", "visa"}
    assert all(one.current > one.reference for one in found.more)
    assert all(one.current < one.reference for one in found.fewer)


def test_what_one_half_alone_learnt_is_significant():
    asked = []

    def score(learnt, labels, judged):
        asked.append(judged)
        return judged >= 200 if len(asked) == 1 else np.arange(len(judged)) % 7

    assert separation(200, 200, score).p < 1e-6


def test_a_word_that_nearly_all_texts_of_one_side_have_is_seen():
    """Of both sides together more than half have it, which alone would leave it out."""
    reference = [f"{text} sorry" if number < 5 else text for number, text in enumerate(plain(100))]
    current = [f"{text} sorry" for text in plain(120)]
    found = text_drift(reference, current)
    assert found.separation.auc > 0.9
    assert found.more[0].word == "sorry"


def test_typical_texts_are_places_in_the_samples_as_they_were_given():
    current = [None, "", 7, *plain(30), *["refund refund now"] * 40]
    found = text_drift(plain(80), current)
    assert all(current[place] == "refund refund now" for place in found.typical_current)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Refund my order", ["Refund", "my", "order"]),
        ("환불해 주세요", ["환불해", "주세요"]),
        ("返品したい", ["返品", "品し", "した", "たい"]),
        ("GPT模型好", ["GPT", "模型", "型好"]),
        ("a b", []),
    ],
)
def test_words_are_found_in_every_script(text, expected):
    assert words(text) == expected


def test_texts_in_japanese_are_told_apart():
    ours = [f"注文番号{number}の返品をお願いします" for number in range(60)]
    theirs = [f"パスワード{number}を忘れてしまいました" for number in range(60)]
    assert text_drift(ours, theirs).separation.auc == 1.0


@pytest.mark.parametrize("text", ["the and of", "same words here"])
def test_texts_that_say_all_the_same_are_no_drift(text):
    found = text_drift([text] * 40, [text] * 30)
    assert (found.separation.auc, found.separation.p) == (0.5, 1.0)
    assert (found.fewer, found.more) == ((), ())


@pytest.mark.parametrize("texts", [[], ["!?"] * 100, [None, 3, ""] * 50])
def test_texts_without_words_are_too_few(texts):
    with pytest.raises(TooFew):
        text_drift(texts, texts)


def test_of_a_long_text_only_its_beginning_counts():
    long = ["x " * MOST_CHARACTERS + text for text in texts(40)]
    with pytest.raises(TooFew):
        text_drift(long, long)


def vectors(n, dimensions=16, shift=0.0):
    return (random.normal(size=(n, dimensions)) + shift).tolist()


@pytest.mark.parametrize("method", [Method.CENTROID, Method.MMD])
def test_embeddings_that_moved_are_seen_and_those_that_did_not_are_not(method):
    ours = vectors(150)
    assert embeddings.of_embeddings(method, ours, vectors(120)).p > 0.01
    moved = embeddings.of_embeddings(method, ours, vectors(120, shift=0.6))
    assert moved.p == pytest.approx(1 / 2_000)
    assert moved.effect > 0.015


def test_the_centroids_distance_is_that_of_the_means():
    ours, theirs = vectors(50), vectors(40, shift=0.2)
    found = embeddings.of_embeddings(Method.CENTROID, ours, theirs)
    size = np.abs(np.array(ours + theirs)).max()
    apart = np.linalg.norm(np.mean(ours, axis=0) - np.mean(theirs, axis=0))
    assert found.statistic * size == pytest.approx(apart)
    assert found.effect == pytest.approx(apart / np.linalg.norm(ours, axis=1).mean())


def test_a_classifier_tells_embeddings_apart_that_moved():
    ours = vectors(100)
    assert embeddings.told_apart(ours, vectors(100, shift=1.0)).auc > 0.9
    same = embeddings.told_apart(ours, vectors(100))
    assert same.auc < same.needed or same.p > 0.05


def test_embeddings_of_another_model_are_not_comparable():
    with pytest.raises(NotComparable, match="dimensions do not compare: 8, 16"):
        embeddings.vectors(vectors(30), vectors(30, dimensions=8))


def test_an_embedding_that_is_too_long_is_refused():
    with pytest.raises(NotComparable, match="4096"):
        embeddings.vectors([[0.0] * 5_000] * 3, [[0.0] * 5_000] * 3)


def test_what_is_no_vector_does_not_count():
    bad = [None, [], "text", [1.0, None], [float("nan")] * 16, [1e308] * 16]
    ours, theirs = embeddings.vectors([*bad, *vectors(5)], [*vectors(6), *bad])
    assert (len(ours), len(theirs)) == (5, 6)


@pytest.mark.parametrize("method", [Method.CENTROID, Method.MMD])
def test_embeddings_that_are_all_the_same_are_no_drift(method):
    for value in (0.0, 0.25):
        found = embeddings.of_embeddings(method, [[value] * 4] * 20, [[value] * 4] * 30)
        assert (found.effect, found.p) == (0.0, 1.0)

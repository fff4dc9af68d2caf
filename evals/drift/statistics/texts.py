"""Whether texts are about other things, or in other words, than they were."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from evals.drift.statistics import domain
from evals.drift.statistics.domain import Separation
from evals.drift.statistics.samples import Counts, Numbers, TooFew, thinned

MOST_DOCUMENTS = 2_000  # of each side; more are thinned evenly
MOST_CHARACTERS = 5_000  # of a document: its beginning
MOST_TERMS = 20_000
MOST_WORDS = 15  # told of each side
TYPICAL = 5  # texts of each side
TOO_COMMON = 0.5  # a word that more documents of *both* sides have tells nothing

WORD = re.compile(r"\w\w+")
# Scripts without spaces: of these each two neighbours are a word.
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]{2,}")


@dataclass(frozen=True, slots=True)
class Word:
    """With the shares of the documents of each side that have it."""

    word: str
    reference: float
    current: float


@dataclass(frozen=True, slots=True)
class TextDrift:
    """`fewer` and `more` are the words by which the classifier told the reference and the current,
    by their weight times how much rarer they are on the other side, most telling first. The typical
    texts are places in the samples as they were given.
    """

    separation: Separation
    fewer: tuple[Word, ...]
    more: tuple[Word, ...]
    typical_reference: tuple[int, ...]
    typical_current: tuple[int, ...]


def words(text: str) -> list[str]:
    """Of two characters or more; in scripts without spaces, each two neighbours."""
    found = []
    for word in WORD.findall(text):
        rest = UNSPACED.sub(" ", word)
        found += [one for one in rest.split() if len(one) > 1]
        for run in UNSPACED.findall(word):
            found += [run[place : place + 2] for place in range(len(run) - 1)]
    return found


def text_drift(reference: Sequence[Any], current: Sequence[Any]) -> TextDrift:
    """What is no text, or has no word, does not count. Raises TooFew."""
    places = [_usable(side) for side in (reference, current)]
    texts = [
        side[place][:MOST_CHARACTERS]
        for side, chosen in zip((reference, current), places, strict=True)
        for place in chosen
    ]
    n = len(places[0])

    def score(learnt: Counts, labels: Counts, judged: Counts) -> Numbers:
        made = _Features([texts[place] for place in learnt], labels)
        if not made.terms:
            return np.zeros(len(judged))
        model = domain.learnt(made.learnt, labels)
        return np.asarray(model.decision_function(made.of([texts[place] for place in judged])))

    found = domain.separation(n, len(texts) - n, score)
    fewer, more = _telling(texts, np.repeat([0, 1], [n, len(texts) - n]))
    order = np.argsort(found.scores, kind="stable")
    first = [places[0][place] for place in order if place < n]
    last = [places[1][place - n] for place in reversed(order) if place >= n]
    return TextDrift(found, fewer, more, tuple(first[:TYPICAL]), tuple(last[:TYPICAL]))


def _usable(side: Sequence[Any]) -> list[int]:
    found = [
        int(place)
        for place in thinned(len(side), 2 * MOST_DOCUMENTS)
        if isinstance(text := side[place], str) and words(text[:MOST_CHARACTERS])
    ]
    if len(found) < domain.LEAST:
        raise TooFew(f"{len(found)} texts have words; {domain.LEAST} are needed.")
    return [found[place] for place in thinned(len(found), MOST_DOCUMENTS)]


class _Features:
    """TF-IDF of the words that tell anything, weighed on the texts that are learnt from."""

    def __init__(self, texts: Sequence[str], labels: Counts) -> None:
        self._vectorizer = TfidfVectorizer(
            sublinear_tf=True,
            stop_words="english",
            tokenizer=words,
            token_pattern=None,
            max_features=MOST_TERMS,
        )
        try:
            whole = self._vectorizer.fit_transform(texts)
        except ValueError:  # nothing but stop words
            self.terms: list[str] = []
            return
        has = csr_matrix(whole > 0)
        self.shares = [np.asarray(has[labels == side].mean(axis=0)).ravel() for side in (0, 1)]
        self.kept = np.flatnonzero(np.minimum(*self.shares) <= TOO_COMMON)
        self.terms = list(self._vectorizer.get_feature_names_out()[self.kept])
        self.learnt = whole[:, self.kept]

    def of(self, texts: Sequence[str]) -> Any:
        return self._vectorizer.transform(texts)[:, self.kept]

    def word(self, place: int) -> Word:
        column = self.kept[place]
        return Word(self.terms[place], float(self.shares[0][column]), float(self.shares[1][column]))


def _telling(texts: Sequence[str], labels: Counts) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    made = _Features(texts, labels)
    if not made.terms:
        return (), ()
    weights = domain.learnt(made.learnt, labels).coef_[0]
    apart = (made.shares[1] - made.shares[0])[made.kept]
    tells = np.where(weights * apart > 0, weights * np.abs(apart), 0.0)  # a rare word tells little
    order = np.argsort(tells, kind="stable")
    fewer = tuple(made.word(place) for place in order[:MOST_WORDS] if tells[place] < 0)
    more = tuple(made.word(place) for place in order[::-1][:MOST_WORDS] if tells[place] > 0)
    return fewer, more

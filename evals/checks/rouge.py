"""ROUGE (Lin, 2004): how much of a reference's words, pairs of words and word order a text has."""

import re
from collections import Counter

WORD = re.compile(r"\w+")
MOST_WORDS = 2_000  # of each text


def words_of(text: str) -> list[str]:
    return [match[0] for match in _first(text.lower())]


def _first(text: str) -> list[re.Match]:
    found = []
    for match in WORD.finditer(text):
        found.append(match)
        if len(found) == MOST_WORDS:
            break
    return found


def rouge_n(text: str, reference: str, n: int) -> float:
    """F1 of the n-grams that both have."""
    ours, theirs = _grams(words_of(text), n), _grams(words_of(reference), n)
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def rouge_l(text: str, reference: str) -> float:
    """F1 of the longest sequence of words that both have in that order."""
    from rapidfuzz.distance import LCSseq

    ours, theirs = words_of(text), words_of(reference)
    return _f1(LCSseq.similarity(ours, theirs), len(ours), len(theirs))


def _grams(words: list[str], n: int) -> Counter:
    return Counter(zip(*(words[first:] for first in range(n)), strict=False))


def _f1(shared: int, ours: int, theirs: int) -> float:
    return 2 * shared / (ours + theirs) if ours + theirs else 0.0

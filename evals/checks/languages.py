"""Which language a text is in: by its script where that says it, else by py3langid."""

from functools import cache
from typing import Any

MOST_CHARACTERS = 2_000  # more does not make it surer
LEAST_LETTERS = 8  # of Latin and Cyrillic scripts, below which a guess is worth nothing
# Scripts that one language is written in, by ranges of code points. Kana tell Japanese from
# Chinese, so they are counted before what both share.
SCRIPTS: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    ("ko", ((0xAC00, 0xD7A3), (0x1100, 0x11FF), (0x3130, 0x318F))),
    ("ja", ((0x3040, 0x30FF), (0x31F0, 0x31FF))),
    ("zh", ((0x4E00, 0x9FFF), (0x3400, 0x4DBF))),
    ("th", ((0x0E00, 0x0E7F),)),
    ("he", ((0x0590, 0x05FF),)),
    ("el", ((0x0370, 0x03FF),)),
    ("ka", ((0x10A0, 0x10FF),)),
    ("hy", ((0x0530, 0x058F),)),
    ("ta", ((0x0B80, 0x0BFF),)),
    ("te", ((0x0C00, 0x0C7F),)),
    ("km", ((0x1780, 0x17FF),)),
    ("lo", ((0x0E80, 0x0EFF),)),
)
SHARE = 0.3  # of the letters, from which a script decides: technical Korean is half in Latin


@cache
def language_of_code_point(code: int) -> str:
    for language, ranges in SCRIPTS:
        if any(low <= code <= high for low, high in ranges):
            return language
    return ""


def by_script(letters: str) -> str:
    counts: dict[str, int] = {}
    for letter in letters:
        if language := language_of_code_point(ord(letter)):
            counts[language] = counts.get(language, 0) + 1
    if counts.get("ja", 0) >= max(1, len(letters) // 20):
        return "ja"  # Han beside kana is Japanese
    best = max(counts, key=lambda one: counts[one], default="")
    return best if best and counts[best] >= SHARE * len(letters) else ""


def language_of(text: str) -> str:
    """A code of two letters, or "" where there is too little to tell."""
    seen = text[:MOST_CHARACTERS]
    letters = "".join(filter(str.isalpha, seen))
    if not letters:
        return ""
    if found := by_script(letters):
        return found
    return str(identifier().classify(seen)[0]) if len(letters) >= LEAST_LETTERS else ""


@cache
def identifier() -> Any:
    """60 MB with numpy, so loaded by whoever first asks."""
    import py3langid

    return py3langid

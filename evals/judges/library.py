"""The templates that evaluators begin with. Their words are in `wordings`, one file for each
language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evals.scores.models import Better

FOLDER = Path(__file__).parent / "wordings"
LANGUAGES = {"en": "English", "ko": "한국어"}

UNIT = {"kind": "numeric", "min": 0, "max": 1}
SHARE = {"kind": "share"}
YES_OR_NO = {"kind": "boolean"}
QUESTION, ANSWER = {"question": "input"}, {"answer": "output"}
CONTEXT, REFERENCE = {"context": "context"}, {"reference": "expected_output"}

# What each answers, and where its variables come from; "?" may lack.
SHAPES: dict[str, tuple[Mapping[str, Any], Mapping[str, str]]] = {
    "faithfulness": (SHARE, {**QUESTION, **CONTEXT, **ANSWER}),
    "answer_relevance": (UNIT, {**QUESTION, **ANSWER}),
    "context_precision": (SHARE, {**QUESTION, **CONTEXT}),
    "context_recall": (SHARE, {**QUESTION, **REFERENCE, **CONTEXT}),
    "completeness": (SHARE, {**QUESTION, **ANSWER}),
    "conciseness": (UNIT, {**QUESTION, **ANSWER}),
    "hallucination": (YES_OR_NO, {**QUESTION, "context": "context?", **ANSWER}),
    "toxicity": (
        {"kind": "categorical", "choices": ["none", "mild", "serious", "severe"]},
        ANSWER,
    ),
    "tone": (
        {
            "kind": "categorical",
            "choices": ["friendly", "neutral", "cold", "patronising", "impatient"],
        },
        {**QUESTION, **ANSWER},
    ),
    "correctness": (UNIT, {**QUESTION, **REFERENCE, **ANSWER}),
    "goal_reached": (YES_OR_NO, {**QUESTION, "steps": "steps?", **ANSWER}),
    "tool_choice": (SHARE, {**QUESTION, "offered": "tools offered?", "called": "tools called"}),
    "language_match": (YES_OR_NO, {**QUESTION, **ANSWER}),
}

LOWER_IS_BETTER = frozenset({"hallucination", "toxicity"})  # they look for what should not be
NEITHER_IS_BETTER = frozenset({"tone"})


def better_of(template: str) -> str:
    """Of the scores of a template, named with its language or without. More is better of what
    nobody knows.
    """
    key, _slash, _language = template.partition("/")
    if key in NEITHER_IS_BETTER:
        return str(Better.NEITHER)
    return str(Better.LOWER if key in LOWER_IS_BETTER else Better.HIGHER)


@dataclass(frozen=True, slots=True)
class Template:
    key: str
    language: str
    title: str
    about: str
    messages: list[dict[str, str]]
    mapping: dict[str, dict[str, Any]]
    output: dict[str, Any]

    @property
    def name(self) -> str:
        """As a score is called."""
        return self.key if self.language == "en" else f"{self.key}-{self.language}"

    @property
    def better(self) -> str:
        return better_of(self.key)


@cache
def templates(language: str) -> dict[str, Template]:
    """All of them in a language of LANGUAGES, in order."""
    words = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return {key: _template(key, language, words[key]) for key in SHAPES}


def _template(key: str, language: str, words: Mapping[str, str]) -> Template:
    output, places = SHAPES[key]
    return Template(
        key=key,
        language=language,
        title=words["title"],
        about=words["about"],
        messages=[
            {"role": "system", "content": words["system"]},
            {"role": "user", "content": words["user"]},
        ],
        mapping={name: _place(place) for name, place in places.items()},
        output=dict(output),
    )


def _place(written: str) -> dict[str, Any]:
    source, _space, path = written.removesuffix("?").partition(" ")
    return {"source": source, "path": path, "may_lack": written.endswith("?")}

"""What can be said of a thing that is watched: what it is of, what it takes, how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evals.drift.methods import Kind, Method


class Level(StrEnum):
    """What a single value is of."""

    OBSERVATION = "observation"
    TRACE = "trace"
    SCORE = "score"


class Takes(StrEnum):
    NOTHING = ""
    SCORE = "score"  # the name of one
    METADATA = "metadata"  # the key of an entry
    ATTRIBUTE = "attribute"  # the same of a span's attribute, which may be left out


class Read(StrEnum):
    """What is read out of a text."""

    WORDS = "words"
    LANGUAGE = "language"
    REFUSAL = "refusal"
    JSON = "json"
    VECTOR = "vector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """`value` is by kind the name in `traces.queries.drift_samples.VALUES`; where values are read
    out of texts, `column` and `read` say which and how. The first kind is the usual one, `method`
    that which is chosen where a person chooses none (None: by type and size).
    """

    name: str
    words: Any  # lazy texts
    about: Any
    values: Mapping[Kind, str]
    level: Level = Level.OBSERVATION
    unit: str = ""
    takes: Takes = Takes.NOTHING
    takes_figure: bool = False
    column: str = ""
    read: Read | None = None
    method: Method | None = None
    of_dataset: bool = False  # whether items of a dataset have it as well

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(self.values)

    @property
    def takes_key(self) -> bool:
        return self.takes is not Takes.NOTHING

"""The scores that the annotating page asks for, as a form has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import pgettext

from accounts.models import User
from evals.annotation.annotating import Said, Unsaid
from evals.annotation.models import Annotation, Item, Status
from evals.scores.models import DataType, ScoreConfig

EXACT = 2**53  # whole numbers below it are written without a point
KEYS = "123456789"  # the first options have a key each
STEPS = 100  # of a slider, unless few whole numbers do


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    key: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Slide:
    low: str
    high: str
    step: str


@dataclass(frozen=True, slots=True)
class ScoreField:
    """One score: a choice where it has `options`, else something to write."""

    config: ScoreConfig
    text: str
    options: list[Option] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        return f"score_{self.config.pk}"

    @property
    def is_number(self) -> bool:
        return self.config.data_type == DataType.NUMERIC

    @property
    def slide(self) -> Slide | None:
        """Of a number with both bounds. It only sets what is written, which may lie between."""
        ends = self.config.min_value, self.config.max_value
        if not self.is_number or ends[0] is None or ends[1] is None or not ends[0] < ends[1]:
            return None
        low, high = float(ends[0]), float(ends[1])
        is_whole = low.is_integer() and high.is_integer() and 1 < high - low <= STEPS
        step = 1.0 if is_whole else (high - low) / STEPS
        return Slide(written(low), written(high), f"{step:.6g}")


def score_fields(
    configs: list[ScoreConfig], values: Mapping[str, Any], wrong: Unsaid | None = None
) -> list[ScoreField]:
    return [
        ScoreField(
            config,
            written(values.get(config.pk)),
            options(config, written(values.get(config.pk))),
            str(wrong) if wrong and wrong.field == config.pk else "",
        )
        for config in configs
    ]


def options(config: ScoreConfig, chosen: str) -> list[Option]:
    found: list[tuple[str, str]] = []
    if config.data_type == DataType.BOOLEAN:
        found = [("1", pgettext("score", "true")), ("0", pgettext("score", "false"))]
    elif config.data_type == DataType.CATEGORICAL:
        found = [(str(one["label"]), str(one["label"])) for one in config.categories or ()]
    return [
        Option(value, words, KEYS[place] if place < len(KEYS) else "", value == chosen)
        for place, (value, words) in enumerate(found)
    ]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody said of an item, to be read: scores by their names."""

    annotation: Annotation
    scores: list[tuple[str, str]]


def given_of(item: Item, besides: User | None = None) -> list[Given]:
    """Everybody's, but for one, once the item is completed: before, nobody is to follow others."""
    if item.status != Status.COMPLETED:
        return []
    known = ScoreConfig.objects.filter(project=item.queue.project_id).in_bulk(item.queue.config_ids)
    done = item.annotations.exclude(done_at=None).exclude(user=besides)
    return [
        Given(
            one,
            [
                (known[config_id].name, in_words(known[config_id], one.values[config_id]))
                for config_id in item.queue.config_ids
                if config_id in known and config_id in one.values
            ],
        )
        for one in done.select_related("user").order_by("done_at")
    ]


def in_words(config: ScoreConfig, value: Any) -> str:
    chosen = (one.words for one in options(config, written(value)) if one.is_chosen)
    return next(chosen, written(value))


def written(value: Any) -> str:
    """As the form sends it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < EXACT
    return str(int(value)) if is_whole else str(value)


def said_in(data: QueryDict, configs: list[ScoreConfig]) -> Said:
    """What the form says; what is no number stays text, for the rules to refuse it."""
    given = ((config, data.get(f"score_{config.pk}", "").strip()) for config in configs)
    return Said(
        values={config.pk: read(config, text) for config, text in given if text},
        comment=plain(data.get("comment", "")).strip(),
        correction=plain(data.get("correction", "")).strip("\n"),
    )


def read(config: ScoreConfig, text: str) -> Any:
    if config.data_type in (DataType.NUMERIC, DataType.BOOLEAN):
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text
    return plain(text)


def plain(text: str) -> str:
    """As it was typed: forms send line ends of their own. No store takes a NUL."""
    return text.replace("\r\n", "\n").replace("\0", "")

"""A rule as the editor holds it: parts that are bound to what was sent, and what they come to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.rules.checking import check_answerable
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.editing.filling import FEWEST, KIND, SOURCES, rows_of
from alerts.rules.editing.general import (
    LastingPart,
    MissingPart,
    NamePart,
    NotePart,
    SegmentsPart,
    ToldPart,
)
from alerts.rules.editing.kinds import KINDS, JsonPart
from alerts.rules.editing.measured import SHARE_OF, CountedPart, MeasuredPart, SignalPart
from alerts.rules.editing.part import Json, Part
from alerts.rules.editing.rows import QuietPart, WindowPart
from alerts.rules.stored import read
from alerts.rules.words import unit_named
from traces.metric_words import VIEWS
from traces.queries.metrics import OBSERVATIONS

Choices = list[tuple[str, str]]
Names = Callable[[type], Sequence[tuple[str, str]]]  # of what a kind of condition is of one of


@dataclass(frozen=True, slots=True)
class Section:
    """`rows` names what more of its kind can be added; a `folded` one is opened by a tick."""

    key: str
    title: str | Promise
    parts: tuple[Part, ...]
    rows: str = ""
    add: str | Promise = ""
    is_folded: bool = False
    is_open: bool = True

    @property
    def fewest(self) -> int:
        """Rows that there have to be."""
        return {"m": FEWEST, "w": 1}.get(self.rows, 0)


class Draft:
    """`problems` are those that are of no single field."""

    def __init__(self, data: QueryDict, *, channels: Choices, rules: Choices, names: Names) -> None:
        self.data = data
        self.kind = data.get(KIND, "")
        self.problems: list[str] = []
        view = data.get("m0-view", "")
        self.view = view if view in VIEWS else OBSERVATIONS
        self.name, self.note = NamePart(data, "g"), NotePart(data, "n")
        self.is_sourced = self.kind in SOURCES
        rows = rows_of(data, "m") if self.kind == "composite" else int(not self.is_sourced)
        self.measured = [self._measured(number) for number in range(rows)]
        self.condition = KINDS.get(self.kind, JsonPart)(data, "c", self._unit(), self._names(names))
        self.windows = [WindowPart(data, f"w{number}") for number in range(rows_of(data, "w"))]
        self.segments = SegmentsPart(data, "s", self.view)
        self.lasting = LastingPart(data, "l", self.kind)
        self.missing = MissingPart(data, "d")
        self.quiet = [QuietPart(data, f"q{number}") for number in range(rows_of(data, "q"))]
        self.told = ToldPart(data, "t", channels=channels, rules=rules)

    @property
    def is_json(self) -> bool:
        return isinstance(self.condition, JsonPart)

    def _names(self, names: Names) -> Choices:
        return [*names(SOURCES[self.kind])] if self.is_sourced else []

    def _measured(self, number: int) -> MeasuredPart:
        kinds = {"composite": SignalPart, "no_data": CountedPart}
        return kinds.get(self.kind, MeasuredPart)(self.data, f"m{number}")

    def _unit(self) -> str:
        measure = self.data.get("m0-measure", "")
        if measure == SHARE_OF:
            return "share"
        return unit_named(self.view, measure, self.data.get("m0-aggregation", ""))

    def parts(self) -> list[Part]:
        """Those that make the definition."""
        if self.is_json:
            return [self.condition]
        windows = self.windows if self.kind == "burn_rate" else []
        one = [self.condition, self.lasting, self.missing, self.told]
        segments = [] if self.is_sourced else [self.segments]
        return [*self.measured, *segments, *one, *windows, *self.quiet]

    def definition(self) -> Definition | None:
        """None where something is wrong, which is then said at its place."""
        wrong = [part for part in self.parts() if not part.is_valid()]  # each says what is
        if wrong:
            return None
        try:
            made = read(self._json())
            check_answerable(made)
        except (WrongRule, ValidationError) as error:
            self.problems.append(str(error))
            return None
        return made

    def _json(self) -> Any:
        if self.is_json:
            return self.condition.cleaned_data["definition"]
        said, missing = self.lasting.told(), self.missing.told()
        condition = {"kind": self.kind, **self.condition.told()}
        zone = condition.pop("zone", "UTC")
        segments = {"by": [], "group_by": condition.pop("group_by", [])}
        if not self.is_sourced:
            segments = self.segments.told()
        if self.kind == "burn_rate":
            condition["windows"] = [one.told() for one in self.windows]
        if self.kind == "composite":
            condition["signals"] = [
                one.signal() for one in self.measured if isinstance(one, SignalPart)
            ]
        found: Json = {
            "measured": [one.told() for one in self.measured],
            "condition": condition,
            "bucket": said.pop("bucket"),
            "lag_seconds": missing.pop("lag_seconds"),
            "lasting": {**said, **missing},
            "quiet": [one.told() for one in self.quiet],
            "zone": zone,
        }
        return {**found, **segments, **self.told.told()}

    def sections(self) -> list[Section]:
        """As the page shows them; only what fits the kind."""
        if self.is_json:
            return [self._section("condition", _("The rule"), self.condition)]
        return [
            *self._measuring(),
            self._section("condition", _("When it is bad"), self.condition),
            *self._windows(),
            self._section("lasting", _("For how long"), self.lasting),
            *self._segmented(),
            self._section("missing", _("Late and missing data"), self.missing, is_folded=True),
            self._section("told", _("Who is told"), self.told, is_folded=True),
            self._rows("quiet", "q", _("Quiet hours"), _("Add quiet hours"), self.quiet),
        ]

    def _measuring(self) -> list[Section]:
        if self.is_sourced:
            return []
        return [self._section("measured", _("What is measured"), *self.measured)]

    def _segmented(self) -> list[Section]:
        if self.is_sourced:
            return []
        return [self._section("segments", _("Segments"), self.segments, is_folded=True)]

    def _windows(self) -> list[Section]:
        if self.kind != "burn_rate":
            return []
        return [self._rows("windows", "w", _("Windows"), _("Add a window"), self.windows)]

    def _section(
        self, key: str, title: str | Promise, *parts: Part, is_folded: bool = False
    ) -> Section:
        is_open = not is_folded or self._is_open(key, parts)
        if key == "measured" and self.kind == "composite":
            return Section(key, title, parts, "m", _("Add a signal"))
        return Section(key, title, parts, is_folded=is_folded, is_open=is_open)

    def _rows(
        self, key: str, rows: str, title: str | Promise, add: str | Promise, parts: list
    ) -> Section:
        is_folded = key == "quiet"
        is_open = bool(parts) or not is_folded or self._is_open(key, ())
        return Section(key, title, tuple(parts), rows, add, is_folded, is_open)

    def _is_open(self, key: str, parts: tuple[Part, ...]) -> bool:
        return key in self.data.getlist("more") or any(part.errors for part in parts)

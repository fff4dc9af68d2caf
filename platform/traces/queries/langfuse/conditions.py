"""What rows must fulfil: SQL that is written here, values that are bound."""

from dataclasses import dataclass, field
from typing import Any

from traces.records import TRACE

LONG_AGO = 0
FAR_AHEAD = 7_258_118_400 * 1_000_000_000  # the year 2200, which no stored time reaches


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Nanoseconds since 1970, the end excluded."""

    since: int = LONG_AGO
    until: int = FAR_AHEAD


ALL_TIME = TimeRange()  # what a caller means who names none


@dataclass(slots=True)
class Conditions:
    """Conditions joined by AND. Each value gets a parameter of its own, whatever it holds."""

    sql: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: object, kind: str) -> str:
        """The placeholder of a value of a ClickHouse type."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"

    def add(self, sql: str) -> None:
        self.sql.append(sql)

    def equal(self, column: str, value: str) -> None:
        if value:
            self.add(f"{column} = {self.bind(value, 'String')}")

    def one_of(self, column: str, values: list[str]) -> None:
        if values:
            self.add(f"has({self.bind(values, 'Array(String)')}, {column})")

    def all_true(self) -> str:
        return " AND ".join(self.sql) or "1"


def spans_within(conditions: Conditions, project_id: str, time: TimeRange) -> None:
    """The project and the range, which every read of spans begins with."""
    conditions.add(f"s.project_id = {conditions.bind(project_id, 'String')}")
    conditions.add(f"s.start_time >= {moment(conditions, time.since)}")
    conditions.add(f"s.start_time < {moment(conditions, time.until)}")


def observations_only(conditions: Conditions) -> None:
    conditions.add(f"s.type != {conditions.bind(TRACE, 'String')}")


def moment(conditions: Conditions, nanoseconds: int) -> str:
    """A bound point in time, to compare a time column with."""
    return f"fromUnixTimestamp64Nano({conditions.bind(nanoseconds, 'Int64')}, 'UTC')"

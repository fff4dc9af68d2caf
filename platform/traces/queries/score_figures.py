"""What a project's scores say in a time, name by name: counts, means, shares, and their course.

A score is found by its own time. Every score counts once, whatever was sent how often.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.limits import WHOLE_RANGE

MOST_NAMES = 200
MOST_CATEGORIES = 30  # of one name, the most frequent
MOST_SERIES = 6
MOST_ENVIRONMENTS = 50
BINS = 20
IN_TIME = """
    project_id = {project_id:String}
    AND timestamp >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
    AND timestamp < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
"""
ALL = f"{IN_TIME} AND ({{environment:String}} = '' OR environment = {{environment:String}})"
# A name and a type of score.
ONE = f"{ALL} AND name = {{name:String}} AND data_type = {{data_type:String}}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which scores: of a project, in a time, of one environment or (empty) of all. Nanoseconds,
    `until` excluded.
    """

    project_id: str
    since: int
    until: int
    environment: str = ""

    @property
    def bound(self) -> dict:
        time = {"low": self.since, "high": self.until}
        return {"project_id": self.project_id, "environment": self.environment, **time}

    def step(self, buckets: int) -> int:
        return max(1, -(-(self.until - self.since) // buckets))


@dataclass(frozen=True, slots=True)
class Named:
    """All scores of a name and a type. `mean` and `variance` are of those that have a number."""

    name: str
    data_type: str
    n: int
    numbers: int
    hits: int  # of value 1
    mean: float | None
    variance: float | None
    sources: dict[str, int]
    last: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of one source, or of all."""

    source: str
    n: int
    numbers: int
    hits: int
    mean: float | None
    variance: float | None
    least: float | None
    median: float | None
    greatest: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """Of a series, in one bucket of time."""

    series: str
    bucket: int
    n: int
    mean: float | None


def environments_of(scope: Scope) -> list[str]:
    """Those that there are scores of in the time, whichever the scope is narrowed to."""
    found = rows(
        f"""
        SELECT environment FROM scores
        WHERE {IN_TIME} AND NOT is_deleted
        GROUP BY environment ORDER BY count() DESC, environment
        LIMIT {{most:UInt32}}
        """,
        **scope.bound,
        most=MOST_ENVIRONMENTS,
        options=WHOLE_RANGE,
    )
    return [row["environment"] for row in found]


def names_of(scope: Scope) -> list[Named]:
    """The most frequent first, MOST_NAMES at most."""
    found = rows(
        f"""
        SELECT name, data_type, count() AS n, countIf(isNotNull(value)) AS numbers,
            countIf(value = 1) AS hits, avg(value) AS mean, varSamp(value) AS variance,
            countIf(source = 'EVAL') AS evals, countIf(source = 'ANNOTATION') AS annotations,
            toUnixTimestamp64Nano(max(timestamp)) AS last
        FROM scores FINAL
        WHERE {ALL}
        GROUP BY name, data_type
        ORDER BY n DESC, name, data_type
        LIMIT {{most:UInt32}}
        """,
        **scope.bound,
        most=MOST_NAMES,
        options=WHOLE_RANGE,
    )
    return [
        Named(
            row["name"],
            row["data_type"],
            row["n"],
            row["numbers"],
            row["hits"],
            row["mean"],
            row["variance"],
            {
                "API": row["n"] - row["evals"] - row["annotations"],
                "EVAL": row["evals"],
                "ANNOTATION": row["annotations"],
            },
            row["last"],
        )
        for row in found
    ]


def top_categories(scope: Scope, names: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """By name, its categories with their counts, the most frequent first."""
    found = rows(
        f"""
        SELECT name, string_value, count() AS n
        FROM scores FINAL
        WHERE {ALL} AND name IN {{names:Array(String)}} AND data_type = 'CATEGORICAL'
        GROUP BY name, string_value
        ORDER BY n DESC, string_value
        LIMIT {{most:UInt32}} BY name
        """,
        **scope.bound,
        names=list(names),
        most=MOST_CATEGORIES,
        options=WHOLE_RANGE,
    )
    by_name: dict[str, list[tuple[str, int]]] = {}
    for row in found:
        by_name.setdefault(row["name"], []).append((row["string_value"], row["n"]))
    return by_name


def courses(scope: Scope, names: Sequence[str], buckets: int) -> dict[tuple[str, str], list[Point]]:
    """By name and type, the mean and the count of each bucket that has scores."""
    found = rows(
        f"""
        SELECT name, data_type, {bucket_of()} AS bucket, count() AS n, avg(value) AS mean
        FROM scores FINAL
        WHERE {ALL} AND name IN {{names:Array(String)}}
        GROUP BY name, data_type, bucket
        ORDER BY name, data_type, bucket
        """,
        **scope.bound,
        names=list(names),
        step=scope.step(buckets),
        options=WHOLE_RANGE,
    )
    by_name: dict[tuple[str, str], list[Point]] = {}
    for row in found:
        point = Point("", row["bucket"], row["n"], row["mean"])
        by_name.setdefault((row["name"], row["data_type"]), []).append(point)
    return by_name


def bucket_of() -> str:
    return "intDiv(toUnixTimestamp64Nano(timestamp) - {low:Int64}, {step:Int64})"


def summaries(scope: Scope, name: str, data_type: str) -> list[Summary]:
    """Of all sources together, whose `source` is empty, and of each."""
    found = rows(
        f"""
        SELECT source, count() AS n, countIf(isNotNull(value)) AS numbers,
            countIf(value = 1) AS hits, avg(value) AS mean, varSamp(value) AS variance,
            min(value) AS least, quantileExact(0.5)(value) AS median, max(value) AS greatest
        FROM scores FINAL
        WHERE {ONE}
        GROUP BY GROUPING SETS ((), (source))
        ORDER BY grouping(source) DESC, n DESC, source
        """,
        **scope.bound,
        name=name,
        data_type=data_type,
        options=WHOLE_RANGE,
    )
    return [Summary(**row) for row in found if row["n"]]


def histogram(
    scope: Scope, name: str, data_type: str, least: float, greatest: float
) -> list[dict[str, int]]:
    """How many scores lie in each of BINS bins of one width, by source."""
    found = rows(
        f"""
        SELECT source, least(toInt64(floor((value - {{least:Float64}}) / {{width:Float64}})),
            {{last:Int64}}) AS bin, count() AS n
        FROM scores FINAL
        WHERE {ONE} AND isNotNull(value)
        GROUP BY source, bin
        """,
        **scope.bound,
        name=name,
        data_type=data_type,
        least=least,
        width=(greatest - least) / BINS or 1.0,
        last=BINS - 1,
        options=WHOLE_RANGE,
    )
    bins: list[dict[str, int]] = [{} for _ in range(BINS)]
    for row in found:
        place = min(max(row["bin"], 0), BINS - 1)  # it is another moment than that of the bounds
        bins[place][row["source"]] = bins[place].get(row["source"], 0) + row["n"]
    return bins


def categories(scope: Scope, name: str, data_type: str) -> list[tuple[str, dict[str, int]]]:
    """Each category with its scores by source, the most frequent first."""
    found = rows(
        f"""
        SELECT string_value, sumMap(map(toString(source), toUInt64(1))) AS sources, count() AS n
        FROM scores FINAL
        WHERE {ONE}
        GROUP BY string_value
        ORDER BY n DESC, string_value
        LIMIT {{most:UInt32}}
        """,
        **scope.bound,
        name=name,
        data_type=data_type,
        most=MOST_CATEGORIES,
        options=WHOLE_RANGE,
    )
    return [(row["string_value"], dict(row["sources"])) for row in found]


def course(scope: Scope, name: str, data_type: str, buckets: int) -> list[Point]:
    """A series for each source; of categories, for each of the most frequent ones."""
    series = "string_value" if data_type == "CATEGORICAL" else "toString(source)"
    found = rows(
        f"""
        SELECT {series} AS series, {bucket_of()} AS bucket, count() AS n, avg(value) AS mean
        FROM scores FINAL
        WHERE {ONE} AND {series} IN (
            SELECT {series} FROM scores FINAL WHERE {ONE}
            GROUP BY {series} ORDER BY count() DESC, {series} LIMIT {{most:UInt32}}
        )
        GROUP BY series, bucket
        ORDER BY series, bucket
        """,
        **scope.bound,
        name=name,
        data_type=data_type,
        step=scope.step(buckets),
        most=MOST_SERIES,
        options=WHOLE_RANGE,
    )
    return [Point(row["series"], row["bucket"], row["n"], row["mean"]) for row in found]

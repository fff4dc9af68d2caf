"""How often prompts were called, and with which models."""

from collections.abc import Collection
from dataclasses import dataclass

from traces import clickhouse
from traces.queries.limits import COUNT

MOST_MODELS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCalls:
    """The calls of a prompt that went to one model."""

    model: str
    provider: str
    calls: int


def calls_by_prompt(
    project_id: str, names: Collection[str], *, since: int, until: int
) -> dict[str, int]:
    """How many spans name each of these prompts in [since, until) (nanoseconds)."""
    found = clickhouse.rows(
        """
        SELECT s.prompt_name AS name, count() AS calls
        FROM spans AS s FINAL
        WHERE s.project_id = {project_id:String}
          AND s.start_time >= {since:DateTime64(9, 'UTC')}
          AND s.start_time < {until:DateTime64(9, 'UTC')}
          AND s.span_id != '' AND s.prompt_name IN {names:Array(String)}
        GROUP BY name
        """,
        project_id=project_id,
        names=list(names),
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        options=COUNT,
    )
    return {row["name"]: row["calls"] for row in found}


def models_of_prompt(project_id: str, name: str, *, since: int, until: int) -> list[ModelCalls]:
    """The models that the prompt was called with, the most used first."""
    found = clickhouse.rows(
        """
        SELECT s.model AS model, s.provider AS provider, count() AS calls
        FROM spans AS s FINAL
        WHERE s.project_id = {project_id:String}
          AND s.start_time >= {since:DateTime64(9, 'UTC')}
          AND s.start_time < {until:DateTime64(9, 'UTC')}
          AND s.span_id != '' AND s.prompt_name = {name:String}
        GROUP BY model, provider
        ORDER BY calls DESC, model, provider
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        name=name,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        limit=MOST_MODELS,
        options=COUNT,
    )
    return [ModelCalls(**row) for row in found]

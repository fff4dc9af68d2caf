"""Langfuse's daily metrics say what the metrics layer says."""

from datetime import UTC, datetime

from traces.queries.metrics import TIME, Measure, Question, ask

DAY = 86_400_000_000_000
MEASURES = (Measure("count"), Measure("tokens"), Measure("cost"), Measure("unpriced"))


def test_days_are_those_of_the_metrics_layer(asked, span, now, project, unmerged):
    for number, model in enumerate(("gpt-5", "small", "small")):
        fields = {"model": model, "input_tokens": 10 + number, "total_cost": f"0.{number + 1}"}
        span(f"t{number}", f"s{number}", at=-number * 30_000, version=1, **fields)
        span(f"t{number}", f"s{number}", at=-number * 30_000, version=2, **fields)
    span("t9", "s9", model="new", input_tokens=5, cost_source="unknown")
    _status, found = asked("/api/public/metrics/daily", {"limit": 100})
    daily = {
        (day["date"], usage["model"]): (
            usage["countObservations"], usage["totalUsage"], usage["totalCost"],
            usage["unpricedObservations"],
        )
        for day in found["data"] for usage in day["usage"]
    }  # fmt: skip
    answer = ask(
        Question(
            project_id=project.id,
            measures=MEASURES,
            by=("model",),
            bucket="day",
            since=now - 5 * DAY,
            until=now + DAY,
        )
    )
    assert daily == {
        (datetime.fromtimestamp(row[TIME] / 1e9, UTC).date().isoformat(), row["model"]): (
            row["count_count"], row["sum_tokens"], row["sum_cost"] or 0, row["sum_unpriced"]
        )
        for row in answer.rows
    }  # fmt: skip

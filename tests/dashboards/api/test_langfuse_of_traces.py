"""Langfuse's metrics of observations, by what is said of their traces."""

from tests.dashboards.api.test_langfuse_metrics import fields, measures


def test_observations_have_what_is_said_of_their_traces(langfuse, span):
    """SDKs of Langfuse 2 and 3 say it in a row of the trace as a whole."""
    said = {"user_id": "ann", "session_id": "s", "tags": ("x", "y"), "release": "r1"}
    span("t1", "", type="TRACE", name="ask", trace_name="ask", version_label="7", **said)
    span("t1", "a", at=1, type="GENERATION", total_cost="2", trace_name="", release="")
    span("t2", "b", at=1, type="GENERATION", total_cost="1", user_id="bob", release="r2")
    query = {"view": "observations", "metrics": measures("sum:totalCost")}
    for field, one, other in (
        ("userId", "ann", "bob"),
        ("sessionId", "s", None),
        ("traceName", "ask", None),
        ("traceRelease", "r1", "r2"),
        ("traceVersion", "7", None),
    ):
        rows = langfuse({**query, "dimensions": fields(field)}, version=1)
        assert {row[field]: row["sum_totalCost"] for row in rows} == {one: 2, other: 1}, field
    tags = langfuse({**query, "dimensions": fields("tags")})
    assert {row["tags"]: row["sum_totalCost"] for row in tags} == {"x": 2, "y": 2, None: 1}
    by_release = langfuse({**query, "dimensions": fields("release")})
    assert {row["release"]: row["sum_totalCost"] for row in by_release} == {"r2": 1, "r1": 2}
    metrics = measures("uniq:uniqueUserIds", "uniq:uniqueSessionIds")
    assert langfuse({"view": "observations", "metrics": metrics}) == [
        {"uniq_uniqueUserIds": 2, "uniq_uniqueSessionIds": 1}
    ]
    only = {"type": "string", "column": "userId", "operator": "=", "value": "ann"}
    assert langfuse({**query, "filters": [only]}) == [{"sum_totalCost": 2}]
    hourly = {**query, "dimensions": fields("tags"), "timeDimension": {"granularity": "hour"}}
    assert sorted(row["sum_totalCost"] for row in langfuse(hourly)) == [1, 2, 2]

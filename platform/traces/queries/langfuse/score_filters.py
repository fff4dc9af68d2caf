"""Filters on traces by the scores that they have."""

from traces.queries.langfuse.conditions import Conditions
from traces.queries.langfuse.filters import Filter, UnknownFilter

_COMPARISONS = ("=", ">", "<", ">=", "<=")
# what the filter calls its column → its type, and the types of the scores that it looks at
COLUMNS = {
    "scores_avg": ("numberObject", ["NUMERIC"]),
    "scores": ("numberObject", ["NUMERIC"]),
    "score_categories": ("categoryOptions", ["CATEGORICAL"]),
    "score_booleans": ("booleanObject", ["BOOLEAN"]),
}


def is_of_scores(wanted: Filter) -> bool:
    return wanted.column in COLUMNS


def add_score_filters(
    conditions: Conditions, project_id: str, filters: list[Filter], trace_id: str
) -> None:
    """`trace_id` is the SQL of the id whose scores are looked at; `key` of a filter is their name.

    In a cluster a score may lie on another shard than its trace, hence GLOBAL.

    A trace without such a score has no average; it has none of the categories, and it is not the
    flag.
    """
    for wanted in filters:
        kind, data_types = COLUMNS[wanted.column]
        if wanted.type != kind:
            raise UnknownFilter(f"Column “{wanted.column}” can be filtered by {kind}.")
        scores = Conditions(values=conditions.values)
        scores.add(f"c.project_id = {scores.bind(project_id, 'String')}")
        scores.add(f"c.name = {scores.bind(wanted.key, 'String')}")
        scores.one_of("c.data_type", data_types)
        scores.add("c.trace_id != ''")
        having, is_among = _matching(scores, wanted)
        conditions.add(
            f"""{trace_id} GLOBAL {"IN" if is_among else "NOT IN"} (
                SELECT c.trace_id FROM scores AS c FINAL
                WHERE {scores.all_true()}
                GROUP BY c.trace_id
                HAVING {having}
            )"""
        )


def _matching(scores: Conditions, wanted: Filter) -> tuple[str, bool]:
    """What the scores of a trace must be, and whether it must be so or must not."""
    if wanted.type == "numberObject" and wanted.operator in _COMPARISONS:
        return f"avg(c.value) {wanted.operator} {scores.bind(wanted.value, 'Float64')}", True
    if wanted.type == "categoryOptions" and wanted.operator in ("any of", "none of"):
        values = scores.bind(wanted.value, "Array(String)")
        return f"countIf(has({values}, c.string_value)) > 0", wanted.operator == "any of"
    if wanted.type == "booleanObject" and wanted.operator in ("=", "<>"):
        value = scores.bind(float(wanted.value), "Float64")
        return f"countIf(c.value = {value}) > 0", wanted.operator == "="
    raise UnknownFilter(
        f"Column “{wanted.column}” cannot be filtered by {wanted.type} “{wanted.operator}”."
    )

"""Statements to begin with."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Example:
    words: Promise | str
    text: str


EXAMPLES = (
    Example(
        _("Cost by model, last 7 days"),
        """SELECT model, count() AS calls, sum(cost) AS cost
FROM spans
WHERE started_at > now() - INTERVAL 7 DAY AND model != ''
GROUP BY model
ORDER BY cost DESC""",
    ),
    Example(
        _("Calls and errors by hour, last day"),
        """SELECT toStartOfHour(started_at) AS hour, count() AS calls,
    countIf(level = 'ERROR') AS errors
FROM spans
WHERE started_at > now() - INTERVAL 1 DAY
GROUP BY hour
ORDER BY hour""",
    ),
    Example(
        _("Slowest traces, last day"),
        """SELECT id, name, latency, cost, error_count
FROM traces
WHERE started_at > now() - INTERVAL 1 DAY
ORDER BY latency DESC
LIMIT 20""",
    ),
    Example(
        _("A score by the version of the application"),
        """SELECT t.version AS version, s.name AS score, avg(s.value) AS mean, count() AS scores
FROM scores AS s
JOIN traces AS t ON t.id = s.trace_id
WHERE s.at > now() - INTERVAL 30 DAY
GROUP BY version, score
ORDER BY score, version""",
    ),
)

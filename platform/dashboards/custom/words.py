"""What a widget can be made of, and what each is called: a part of what the metrics know, since not
all of that reads as a figure.
"""

from django.utils.translation import gettext_lazy as _

from traces import metric_words
from traces.metric_words import DIMENSIONS_OF, MEASURES, VIEWS, Words, aggregations, unit_of
from traces.queries.metrics import OBSERVATIONS, SCORES, TRACES

__all__ = [
    "ADDITIVE",
    "AGGREGATIONS",
    "CLOCK",
    "DIMENSIONS_OF",
    "HISTOGRAM",
    "MEASURES",
    "OBSERVATIONS",
    "SCORES",
    "TRACES",
    "VIEWS",
    "WEEKDAYS",
    "Words",
    "aggregations",
    "unit_of",
]

HISTOGRAM = "histogram"
AGGREGATIONS: Words = {**metric_words.AGGREGATIONS, HISTOGRAM: _("how it spreads")}
ADDITIVE = ("sum", "count")  # parts of a whole, which may be stacked
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
CLOCK = {"hour": 24, "weekday": 7}  # and how many there are

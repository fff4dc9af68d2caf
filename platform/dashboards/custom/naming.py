"""A widget in words."""

from django.utils.translation import gettext as _

from dashboards.custom.widget import CHARTS, Measured, Widget
from dashboards.custom.words import AGGREGATIONS, DIMENSIONS_OF, MEASURES, VIEWS
from traces.queries.metrics.dimensions import METADATA

PLAIN = {"count": "count", "errors": "sum", "error_rate": "avg", "unpriced": "sum"}


def measure_words(view: str, measure: Measured) -> str:
    """“Latency, p95”; without the aggregation where it goes without saying."""
    words = str(MEASURES.get(view, {}).get(measure.name, measure.name))
    if measure.aggregation in (PLAIN.get(measure.name), "uniq") or measure.name == "count":
        return words
    how = AGGREGATIONS.get(measure.aggregation, measure.aggregation)
    return _("%(measure)s, %(how)s") % {"measure": words, "how": how}


def by_words(view: str, dimension: str) -> str:
    """A dimension; without one, what is counted."""
    if dimension.startswith(METADATA):
        return dimension.removeprefix(METADATA)
    if not dimension:
        return str(VIEWS.get(view, view))
    return str(DIMENSIONS_OF.get(view, {}).get(dimension, dimension))


def about(widget: Widget) -> str:
    """What it shows, in one line."""
    view = VIEWS.get(widget.view, widget.view)
    parts = [f"{view}: " + " · ".join(measure_words(widget.view, one) for one in widget.measures)]
    if widget.by:
        names = ", ".join(by_words(widget.view, one) for one in widget.by)
        parts.append(_("by %(names)s") % {"names": names})
    if widget.score:
        parts.append(f"“{widget.score}”")
    if widget.filter:
        parts.append(widget.filter)
    return " · ".join([*parts, str(CHARTS.get(widget.chart, widget.chart))])

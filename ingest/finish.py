"""The last step before a span is stored, whichever way it came."""

from pricing.cost import price_spans
from traces.records import Span


def finish(spans: list[Span]) -> None:
    """Fill in, in place, what can only be known of the whole span: its tokens and its cost."""
    price_spans(spans)

"""The last step before a span is stored, whichever way it came."""

from ingest.mapping.content import finish_content
from pricing.cost import price_spans
from traces.records import Span


def finish(spans: list[Span]) -> None:
    """Fill in, in place, what can only be known of the whole span: input and output that came as
    events, tokens and cost. Done again, it changes nothing.
    """
    finish_content(spans)
    price_spans(spans)

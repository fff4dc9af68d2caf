"""What pages and API read of the store: every question with its project and its time range bound."""

from traces.queries.overview import first_trace

__all__ = ["first_trace"]

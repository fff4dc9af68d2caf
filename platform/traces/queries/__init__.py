"""What pages and API read of the store, each question with project and time range bound."""

from traces.queries.overview import first_trace

__all__ = ["first_trace"]

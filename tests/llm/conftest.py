"""The fixtures of `tests.llm.connected`."""

from tests.llm.connected import make_connection, on_loopback, provider  # noqa: F401

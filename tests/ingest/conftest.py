"""Faults for the tests of ingest: stores that are away, and a circuit of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest

from embedded.probe import free_port
from tests.ingest.proxy import Proxy


@pytest.fixture
def circuit(monkeypatch):
    """Closed, and nobody else's."""
    from ingest import pipeline
    from ingest.circuit import Circuit

    monkeypatch.setattr(pipeline, "circuit", Circuit())
    return pipeline.circuit


@pytest.fixture
def clickhouse_proxy(settings) -> Iterator[Proxy]:
    """ClickHouse is reached through it, and gets the faults that the test sets."""
    from traces import clickhouse

    url = urlsplit(settings.CLICKHOUSE_URL)
    proxy = Proxy(url.hostname, url.port)
    login = url.netloc.rpartition("@")[0]
    netloc = f"{login}@127.0.0.1:{proxy.port}" if login else f"127.0.0.1:{proxy.port}"
    settings.CLICKHOUSE_URL = urlunsplit(url._replace(netloc=netloc))
    clickhouse.forget_clients()
    yield proxy
    proxy.close()
    clickhouse.forget_clients()


@pytest.fixture
def postgres_away(transactional_db):
    """A context manager: inside, this thread finds nobody where Postgres should be."""
    from django.db import connection

    @contextmanager
    def away():
        port = connection.settings_dict["PORT"]
        connection.close()
        connection.settings_dict["PORT"] = str(free_port("127.0.0.1"))
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["PORT"] = port

    return away

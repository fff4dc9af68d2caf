from collections.abc import Iterator

import pytest

from tests.embedded.running_clickhouse import ClickHouse


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory) -> Iterator[ClickHouse]:
    """One server for a file of tests that leave it running."""
    server = ClickHouse(tmp_path_factory.mktemp("clickhouse"))
    server.start()
    yield server
    server.http.clear()
    printed = server.stop()
    assert printed == ("", ""), "it prints problems only"


@pytest.fixture
def own_clickhouse(tmp_path) -> Iterator[ClickHouse]:
    """A server that has not started, for a test that stops or kills it."""
    server = ClickHouse(tmp_path / "its {odd} folder*")
    yield server
    server.http.clear()
    if server.process is not None:
        server.stop()


@pytest.fixture
def client(clickhouse):
    client = clickhouse.client()
    yield client
    client.close()

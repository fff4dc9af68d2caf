"""The APIs as a program with a key asks them."""

import json
from datetime import UTC, datetime

import pytest

from tests.traces.conftest import now, score, span, unmerged  # noqa: F401

HOUR = 3_600_000_000_000


@pytest.fixture
def asked(client, api_key, auth):
    """`asked("/api/…", {…})`: the status and the JSON that a key gets."""

    def get(path: str, query: dict | None = None):
        answer = client.get(path, query or {}, headers=auth(api_key))
        return answer.status_code, answer.json()

    return get


@pytest.fixture
def times(now):  # noqa: F811
    """The three hours around now, as the APIs write times."""
    return [written(now - 2 * HOUR), written(now + HOUR)]


@pytest.fixture
def langfuse(asked, times):
    """`langfuse({"view": …}, version=2)`: the rows, or what is wrong."""

    def get(query: dict, version: int = 2):
        path = "/api/public/v2/metrics" if version == 2 else "/api/public/metrics"
        sent = {"fromTimestamp": times[0], "toTimestamp": times[1], **query}
        status, found = asked(path, {"query": json.dumps(sent)})
        return found["data"] if status == 200 else (status, found["error"][0]["message"])

    return get


def written(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat().replace("+00:00", "Z")

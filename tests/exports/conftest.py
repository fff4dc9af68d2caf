"""Stored traces, and exports and bulk changes of them worked off in this process."""

import time
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from tests.traces.conftest import listed, now, score, span  # noqa: F401

HOUR = 3_600_000_000_000


@pytest.fixture(autouse=True)
def export_folder(settings, tmp_path):
    """Its own for each test, with room on its disk."""
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.EXPORT_DIR


@pytest.fixture
def export(project, owner, now) -> Callable:  # noqa: F811
    """`export("csv", "level:ERROR", kind="observations")`: asked for, and not yet begun."""
    from exports import exporting

    def asked(format_="csv", query="", kind="traces", **fields):
        fields = {"project_id": project.id, "asked_by": owner} | fields
        times = {"since": now - 24 * HOUR, "until": time.time_ns() + HOUR}
        return exporting.start(query=query, kind=kind, format=format_, **times, **fields)

    return asked


@pytest.fixture
def exported(export) -> Callable:
    """`exported("csv", …)`: the bytes of the finished file."""
    from exports import exporting, files

    def content(*args, **kwargs) -> bytes:
        one = export(*args, **kwargs)
        while exporting.work(one.pk):
            pass
        one.refresh_from_db()
        assert one.is_there, one.error
        path = files.path_of(one)
        assert path.parent.parent == django_settings.EXPORT_DIR
        assert [file.name for file in path.parent.iterdir() if file.stem == path.stem] == [
            path.name
        ]
        return path.read_bytes()

    return content


@pytest.fixture
def changed(project, owner, now):  # noqa: F811
    """`changed("add_tag", "level:ERROR", tag="seen")`: the run, worked off."""

    from exports import bulk

    def run(action, query="", **fields):
        times = {"since": now - 10**14, "until": now + 10**13}
        fields = {"project_id": project.id, "asked_by": owner, "query": query} | times | fields
        return worked_off(bulk.start(action=action, **fields))

    return run


def worked_off(run):
    from exports import bulk

    while bulk.work(run.pk):
        pass
    run.refresh_from_db()
    assert run.is_over
    return run


@pytest.fixture
def tags_of(project, now):  # noqa: F811
    from traces.queries.filters import DAY, TraceFilter
    from traces.queries.traces import list_traces

    def found() -> dict[str, list[str]]:
        wanted = TraceFilter(since=now - 40 * DAY, until=now + DAY)
        return {row.trace_id: row.tags for row in list_traces(project.id, wanted).traces}

    return found


@pytest.fixture
def three(span):  # noqa: F811
    span("a", "s", tags=["old"], level="ERROR", input="question")
    span("b", "s", at=-1, level="ERROR")
    span("b", "", at=-1, type="TRACE", took=None, user_id="ann")
    span("c", "s", at=-2, tags=["seen"])


@pytest.fixture
def sent(client, project, now):  # noqa: F811
    """`sent("add_tag", tag="x", trace=["a"])`: the list's form."""

    def send(action, **fields):
        times = {"since": now - 10**13, "until": now + 10**13, "q": ""}
        return client.post(
            reverse("bulk-start", args=[project.id]), times | {"action": action} | fields
        )

    return send

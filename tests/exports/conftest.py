"""Stored traces, and exports of them worked off in this process."""

import time
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings

from tests.traces.conftest import now, score, span  # noqa: F401

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

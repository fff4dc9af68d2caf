"""Members as the pages see them: logged in."""

import pytest
from django.test import Client

from tests.traces.conftest import now, score, span  # noqa: F401


@pytest.fixture
def as_member(member):
    return logged_in(member)


@pytest.fixture
def as_viewer(viewer):
    return logged_in(viewer)


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client

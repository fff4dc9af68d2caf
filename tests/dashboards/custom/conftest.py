"""Calls in the store, boards of members, and members as the pages see them."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.traces.conftest import MINUTE, now, score, span  # noqa: F401


@pytest.fixture
def scope(project, now):  # noqa: F811
    from dashboards.boards.panel import Scope

    def made(**changes):
        hours = {"since": now - 90 * MINUTE, "until": now + 30 * MINUTE, "bucket": "hour"}
        return Scope(**{"project": project, **hours, **changes})

    return made


@pytest.fixture
def calls(span, score):  # noqa: F811
    """Four calls of two models, one of which failed; two scores."""
    call = {"type": "GENERATION", "input_tokens": 10, "output_tokens": 5}
    span("a", "1", took=4, model="big", total_cost="0.5", user_id="ann", **call)
    span("b", "2", took=2, model="big", total_cost="0.25", user_id="bob", **call)
    span("c", "3", took=0.5, model="small", total_cost="0.125", user_id="ann", **call)
    failed = {"level": "ERROR", "attributes": {"error.type": "Limit"}}
    span("d", "4", took=0.1, model="<b>odd</b>", total_cost="0.0625", **call, **failed)
    score("a", "faithful", 0.5)
    score("b", "tone", 1.0)


@pytest.fixture
def kept(project, member):
    """`kept(widget, …, is_shared=True)`: a board of the member."""
    from dashboards.custom import keeping
    from dashboards.custom.written import Draft

    def made(*widgets, name="Mine", by=member, **more):
        return keeping.create(project, by, Draft(name, "", widgets), **more)

    return made


def page(name: str, project, board=None, *more) -> str:
    ids = [project.id, *([board.pk] if board else []), *more]
    return reverse(f"custom-{name}", args=ids)


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client

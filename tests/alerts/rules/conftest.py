"""Pages of rules, asked for by a member of the project."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.alerts.rules.forms import fields_of


@pytest.fixture
def page(client, project, member) -> Callable[..., str]:
    """`page("alerts-rules", query={}, htmx=True)`: what the page says."""
    client.force_login(member)

    def get(name: str, *args: str, query: dict | None = None, htmx: bool = False) -> str:
        headers = {"HX-Request": "true"} if htmx else None
        address = reverse(name, args=[project.id, *args])
        answer = client.get(address, query or {}, headers=headers)
        assert answer.status_code == 200, answer.content.decode()[-2000:]
        return answer.content.decode()

    return get


@pytest.fixture
def edited(client, project, page) -> Callable:
    """`edited(rule=None, query={}, **{"g-name": "Slow"})`: the editor's form is opened, changed and
    sent; nothing but `do` says what for.
    """

    def send(*, rule=None, query=None, begun: str = "", **changes):
        name, args = ("alerts-rule-edit", [rule.pk]) if rule else ("alerts-rule-new", [])
        sent = fields_of(begun or page(name, *args, query=query))
        for field, value in changes.items():
            sent[field] = value if isinstance(value, list) else [value]
        return client.post(reverse(name, args=[project.id, *args]), sent)

    return send

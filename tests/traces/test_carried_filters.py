"""What goes along from the list of traces to those of sessions and users, and between them."""

import re
from html import unescape

import pytest
from django.urls import reverse

from tests.traces.shown import names_of, text_of


@pytest.fixture
def two_environments(span, score):
    """Ann in production and, dearer and failing, in test; Bob in test alone."""
    for number, (user, environment) in enumerate(
        (("ann", "prod"), ("ann", "test"), ("bob", "test"))
    ):
        fields = {"user_id": user, "session_id": f"of {user}", "environment": environment}
        level = "ERROR" if environment == "test" else "DEFAULT"
        cost = "1" if environment == "prod" else "8"
        name = f"{user} in {environment}"
        span(f"t{number}", "r", name=name, level=level, total_cost=cost, **fields)
        score(f"t{number}", "helpful", 1.0 if environment == "prod" else 0.0)


@pytest.fixture
def times(now) -> dict[str, str]:
    """An exact time around what the tests send."""
    return {"from": str(now - 10**9), "to": str(now + 10**9)}


def rail_of(response, name: str, project) -> str:
    """Where the rail leads to that list."""
    address = re.escape(reverse(name, args=[project.id]))
    found = re.search(rf'class="rail-link" href="({address}[^"]*)"', response.content.decode())
    return unescape(found[1])


@pytest.mark.usefixtures("two_environments")
@pytest.mark.parametrize("name", ["session-list", "user-list"])
def test_an_environment_goes_along_to_sessions_and_users_and_back(look, project, client, name):
    traces = look({"q": "environment:prod level:DEFAULT", "range": "7d"})
    groups = client.get(rail_of(traces, name, project))
    assert names_of(groups) == ["of ann" if name == "session-list" else "ann"]
    assert "$1.00" in text_of(groups) and "$9.00" not in text_of(groups)
    assert "helpful 1" in text_of(groups)
    again = client.get(rail_of(groups, "trace-list", project))
    assert names_of(again) == ["ann in prod"]


@pytest.mark.usefixtures("two_environments")
def test_a_user_is_shown_in_the_environment_in_sight_and_so_are_their_traces(look, client):
    users = look({"environment": "prod"}, name="user-list")
    [link] = re.findall(r'href="([^"]*/users/one[^"]*)"', users.content.decode())
    user = client.get(unescape(link))
    assert names_of(user) == ["ann in prod"] and "$1.00" in text_of(user)
    [traces] = re.findall(r'href="([^"]*/traces\?[^"]*user=ann)"', user.content.decode())
    assert names_of(client.get(unescape(traces))) == ["ann in prod"]


@pytest.mark.usefixtures("two_environments")
@pytest.mark.parametrize("name", ["session-list", "user-list"])
def test_the_filter_is_named_and_taken_away_where_it_narrows(look, client, project, name):
    groups = look({"environment": ["prod", "stage"], "range": "7d", "q": "a"}, name=name)
    assert "Environment: prod, stage" in text_of(groups)
    address = reverse(name, args=[project.id])
    assert f'href="{address}?q=a&amp;range=7d"' in groups.content.decode()
    nothing = look({"environment": "stage"}, name=name)
    assert "no trace that names one matches the filters" in text_of(nothing)


@pytest.mark.usefixtures("two_environments")
@pytest.mark.parametrize("name", ["session-list", "user-list"])
def test_a_search_among_sessions_and_users_keeps_the_exact_time_and_the_filters(look, name, times):
    html = look({**times, "environment": "prod"}, name=name).content.decode()
    [bar] = re.findall(r'<form class="bar".*?</form>', html, re.DOTALL)
    for field, value in {**times, "environment": "prod"}.items():
        assert f'type="hidden" name="{field}" value="{value}"' in bar
    cleared = look({**times, "q": "zzz"}, name=name).content.decode()
    assert f'?from={times["from"]}&amp;to={times["to"]}">Clear the search' in cleared


@pytest.mark.usefixtures("two_environments")
def test_the_page_of_a_user_keeps_an_exact_time(look, times):
    html = look({**times, "id": "ann"}, name="user-page").content.decode()
    assert '<option value="" selected>Chosen time</option>' in html
    [bar] = re.findall(r'<form class="bar".*?</form>', html, re.DOTALL)
    for field, value in {**times, "id": "ann"}.items():
        assert f'type="hidden" name="{field}" value="{value}"' in bar
    assert f'?from={times["from"]}&amp;to={times["to"]}&amp;user=ann"' in html


@pytest.mark.usefixtures("two_environments")
def test_a_range_that_is_chosen_takes_the_place_of_an_exact_time(look, times):
    html = look({**times, "range": "7d"}).content.decode()
    [query] = re.findall(r'<form id="query".*?</form>', html, re.DOTALL)
    assert 'name="from"' not in query and 'value="7d" selected' in query

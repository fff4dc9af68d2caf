"""Budgets on the overview board."""

import time

from django.urls import reverse
from django.utils import timezone

from sharing import links
from sharing.models import Kind


def test_the_overview_shows_the_fullest_budgets(client, project, viewer, calls, budget):
    calls([(time.time_ns(), "8")])
    budget(name="Everything", amount="10")
    budget(name="Roomy", amount="1000")
    client.force_login(viewer)
    address = reverse("dashboard-board", args=[project.id, "overview"])
    page = client.get(address, {"part": "budgets"}, headers={"HX-Request": "true"})
    words = page.content.decode()
    assert words.index("Everything") < words.index("Roomy")
    assert "$8.00" in words and "of $10.00" in words and "80 % reached" in words
    csv = client.get(address, {"part": "budgets", "as": "csv"}).content.decode()
    assert "Everything" in csv and "0.8" in csv
    assert reverse("cost-advice", args=[project.id]) in client.get(address).content.decode()


def test_the_fullest_is_shown_whatever_it_is_called(client, project, viewer, calls, budget):
    calls([(time.time_ns(), "8")])
    for number in range(12):
        budget(name=f"a{number}", dimension="user")  # which no call names
    budget(name="zz exceeded", amount="1")
    client.force_login(viewer)
    address = reverse("dashboard-board", args=[project.id, "overview"])
    page = client.get(address, {"part": "budgets"}, headers={"HX-Request": "true"})
    assert "zz exceeded" in page.content.decode()


def test_budgets_of_which_nothing_is_spent_say_so(client, project, viewer, budget):
    budget(name="Users", dimension="user")
    client.force_login(viewer)
    address = reverse("dashboard-board", args=[project.id, "overview"])
    page = client.get(address, {"part": "budgets"}, headers={"HX-Request": "true"})
    assert "Nothing is spent yet" in page.content.decode()


def test_a_project_without_budgets_is_offered_one(client, project, viewer):
    client.force_login(viewer)
    address = reverse("dashboard-board", args=[project.id, "overview"])
    page = client.get(address, {"part": "budgets"}, headers={"HX-Request": "true"})
    assert "No budget yet" in page.content.decode()


def test_budgets_are_no_part_of_a_shared_board(client, project, member, budget):
    budget(name="Everything", amount="10")
    made = links.create(
        project,
        Kind.BOARD,
        "overview",
        query="q=environment:a",
        by=member,
        days=1,
        now=timezone.now(),
    )
    path = reverse("shared-board", args=[made.token])
    page = client.get(path)
    assert page.status_code == 200 and "panel-budgets" not in page.content.decode()
    for query in ({}, {"as": "table"}, {"as": "csv"}):
        assert client.get(path, {"part": "budgets", **query}).status_code == 404

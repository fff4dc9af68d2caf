"""The pages of budgets."""

import time
from decimal import Decimal

import pytest
from django.urls import reverse

from dashboards.budgets.models import MOST_BUDGETS, Budget, BudgetChange
from tests.dashboards.budgets.conftest import DAY

FORM = {
    "name": "Everything", "amount": "1000", "period": "month", "dimension": "project",
    "zone": "Asia/Seoul", "thresholds": "50, 80 100",
}  # fmt: skip


@pytest.fixture
def page(client, project):
    """`page("budget-list", query={}, htmx=True)`: what the page says."""

    def get(name, *args, query=None, htmx=False):
        headers = {"HX-Request": "true"} if htmx else None
        address = reverse(name, args=[project.id, *args])
        answer = client.get(address, query or {}, headers=headers)
        assert answer.status_code == 200, answer.content.decode()[-2000:]
        return answer.content.decode()

    return get


@pytest.fixture
def sent(client, project, member):
    client.force_login(member)

    def send(**changes):
        return client.post(reverse("budget-create", args=[project.id]), FORM | changes)

    return send


def test_a_project_without_budgets_is_told_what_they_are(client, page, member, viewer):
    client.force_login(member)
    assert "No budget yet" in page("budget-list")
    assert reverse("budget-create", args=["x"])[-4:] == "/new"
    client.force_login(viewer)
    assert "A member of the project can make one." in page("budget-list")


def test_a_budget_is_made_changed_archived_and_brought_back(client, page, sent, project):
    answer = sent()
    budget = Budget.objects.get(project=project)
    assert answer.url == reverse("budget", args=[project.id, budget.pk])
    assert (budget.amount, budget.thresholds, budget.zone) == (1000, [50, 80, 100], "Asia/Seoul")
    edit = reverse("budget-edit", args=[project.id, budget.pk])
    client.post(edit, FORM | {"amount": "1500.5"})
    archive = reverse("budget-archive", args=[project.id, budget.pk])
    answer = client.post(archive, {"archive": "yes"})
    there = client.get(answer.url).content.decode()
    assert "is archived" in there and "Undo" in there
    assert "Undo" not in page("budget-list")
    client.post(archive, {"archive": "no"})
    budget.refresh_from_db()
    assert (budget.amount, budget.is_archived) == (Decimal("1500.5"), False)
    words = page("budget", budget.pk)
    for said in ("made it", "from $1000 to $1500.5", "archived it", "restored it"):
        assert said in words
    assert BudgetChange.objects.filter(budget=budget).count() == 4


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "0"}, {"amount": "-5"}, {"amount": "NaN"}, {"amount": "1e30"}, {"zone": "Moon"},
     {"zone": "../etc/passwd"}, {"thresholds": "half"}, {"thresholds": "0"}, {"name": ""},
     {"thresholds": "9" * 70}, {"dimension": "weather"}, {"period": "year"}, {"name": "x" * 101},
     {"name": "a\0b"}, {"value": "\x1b[0m", "dimension": "model"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field(sent, project, wrong):
    answer = sent(**wrong)
    assert answer.status_code == 400
    assert 'class="errors"' in answer.content.decode()
    assert not Budget.objects.filter(project=project).exists()


def test_what_means_nothing_for_the_dimension_is_not_kept(sent, project):
    sent(dimension="project", value="gpt-4o", metadata_key="squad")
    sent(name="Teams", dimension="team")
    kept = Budget.objects.filter(project=project).values_list("name", "value", "metadata_key")
    assert sorted(kept) == [("Everything", "", ""), ("Teams", "", "team")]


def test_a_viewer_sees_budgets_and_changes_none(client, page, viewer, project, budget):
    made = budget()
    client.force_login(viewer)
    assert "New budget" not in page("budget-list")
    assert "Archive" not in page("budget", made.pk)
    for name, args in {"budget-create": [], "budget-edit": [made.pk],
                       "budget-archive": [made.pk]}.items():  # fmt: skip
        answer = client.post(reverse(name, args=[project.id, *args]), FORM)
        assert answer.status_code == 404, name


def test_the_budgets_of_a_project_are_so_many_at_most(sent, project, budget):
    Budget.objects.bulk_create(
        [Budget(project=project, name=str(n), amount=1) for n in range(MOST_BUDGETS)]
    )
    answer = sent()
    assert "at most" in answer.content.decode()
    assert Budget.objects.filter(project=project).count() == MOST_BUDGETS


def test_the_list_tells_where_each_budget_stands(client, page, viewer, calls, budget):
    now = time.time_ns()
    calls([(now - n * DAY, "10") for n in range(1, 50)])
    calls([(now, "10")], user_id="ann")
    calls([(now, None)], user_id="ann")
    budget(amount="5")
    budget(name="People", amount="5", dimension="user")
    client.force_login(viewer)
    assert "Over budget" not in page("budget-list")
    figures = page("budget-list", query={"figures": "1"}, htmx=True)
    assert "<html" not in figures
    assert "Over budget" in figures and "incomplete" in figures and "1 of 1 over" in figures
    assert "ann" in figures


def test_the_page_of_a_budget_tells_how_it_came_and_where_it_goes(
    client, page, viewer, calls, budget
):
    now = time.time_ns()
    calls([(now - n * DAY, "10") for n in range(1, 57)])
    calls([(now, "12.5"), (now, None)])
    made = budget(amount="10000", dimension="model", value="gpt-4o")
    client.force_login(viewer)
    words = page("budget", made.pk)
    assert "On course" in words and "data-figure" in words
    assert "$12.50" in words and "model%3Agpt-4o" in words
    assert "1 call of the period has no known cost" in words


def test_a_budget_for_each_lists_its_values_and_opens_one(client, page, viewer, calls, budget):
    now = time.time_ns()
    calls([(now, "3")], user_id="ann <b>")
    made = budget(amount="10", dimension="user")
    client.force_login(viewer)
    words = page("budget", made.pk)
    assert "ann &lt;b&gt;" in words and "?value=ann%20%3Cb%3E" in words
    assert "Spent and projected" in page("budget", made.pk, query={"value": "ann <b>"})
    assert "$0" in page("budget", made.pk, query={"value": "nobody"})


def test_the_forecast_of_nothing_and_of_something(client, page, viewer, calls):
    client.force_login(viewer)
    assert "Nothing has cost anything yet" in page("cost-forecast")
    now = time.time_ns()
    calls([(now - n * DAY, "10") for n in range(70)])
    words = page("cost-forecast")
    assert "off by" in words and "gpt-4o" in words and "Weekdays" in words

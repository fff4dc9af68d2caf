"""The list of incidents, and the page of one."""

import pytest
from django.urls import reverse

from alerts.incidents import acting
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Step, Tier

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(client, project, member):
    """`pages("alerts-incidents", q="x")`: the page as a member sees it, as text."""
    client.force_login(member)

    def page(name, *args, **query) -> str:
        response = client.get(reverse(name, args=[project.id, *args]), query)
        assert response.status_code == 200
        return response.content.decode()

    return page


@pytest.fixture
def change(client, project, member):
    """`change(incident, do="close")`, as a member does it."""
    client.force_login(member)

    def posted(incident, **said) -> Incident:
        address = reverse("alerts-incident-change", args=[project.id, incident.pk])
        assert client.post(address, said).status_code == 302
        incident.refresh_from_db()
        return incident

    return posted


def named(page: str) -> list[str]:
    """The models of the incidents of a list, in its order."""
    return [
        one.partition("</a>")[0].strip()
        for one in page.split('<span class="muted">model</span>')[1:]
    ]


def test_a_project_where_nothing_fired_says_what_to_do_next(pages):
    page = pages("alerts-incidents")
    assert "Nothing has fired yet" in page and "See the rules" in page


def test_what_is_open_stands_first_with_what_was_measured(fires, pages):
    fires("over")
    fires("over", second=120, step=Step.RESOLVED)
    fires("open", second=90)
    Incident.objects.filter(labels={"model": "over"}).update(facts={"value": 0.01})
    page = pages("alerts-incidents")
    assert named(page) == ["open", "over"] and "1 %" not in page
    assert "Error rate: 12 %" in page and "above 5 %" in page


def test_a_list_is_narrowed_by_each_of_its_filters(fires, pages, member, rule, make_rule):
    seen, mine, worse = fires("seen"), fires("mine"), fires("worse", tier=Tier.CRITICAL)
    acting.acknowledge(seen.pk, member)
    acting.assign(mine.pk, member, member)
    elsewhere = fires("other", of=make_rule(rule.wanted.condition, name="Slow", by=("model",)))
    listed = lambda **query: set(named(pages("alerts-incidents", **query)))  # noqa: E731
    assert listed(state="acknowledged") == {"seen"}
    assert listed(state="open") == {"mine", "worse", "other"}
    assert listed(tier="critical") == {worse.labels["model"]}
    assert listed(assignee=member.pk) == {"mine"}
    assert listed(assignee="nobody") == {"seen", "worse", "other"}
    assert listed(rule=elsewhere.rule_id) == {"other"}
    assert listed(label="model=seen") == {"seen"}
    assert listed(q="wors") == {"worse"} and listed(q="Slow") == {"other"}
    assert listed(range="24h") == {"seen", "mine", "worse", "other"}  # all are open


def test_the_states_are_counted_beside_the_filter(fires, client, project, member):
    acting.acknowledge(fires("seen").pk, member)
    fires("a"), fires("b")
    client.force_login(member)
    address = reverse("alerts-incidents", args=[project.id])
    assert client.get(address, {"state": "over"}).context["counts"] == {
        "open": 2, "acknowledged": 1, "over": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        {"state": "x", "tier": "y", "range": "z", "label": "=", "assignee": "９９"},
        {"q": "\0", "rule": "x" * 300, "assignee": "9" * 100, "page": "9" * 40},
        {"label": "model=" + "x" * 300, "page": "-1", "assignee": "nobody'"},
    ],
)
def test_a_filter_that_makes_no_sense_breaks_nothing(fires, pages, query):
    fires("a")
    pages("alerts-incidents", **query)


def test_several_are_acknowledged_closed_or_silenced_at_once(fires, client, project, member):
    a, b, c = fires("a"), fires("b"), fires("c")
    client.force_login(member)
    address = reverse("alerts-incidents-change", args=[project.id])
    client.post(address, {"do": "acknowledge", "id": [a.pk, b.pk]})
    client.post(address, {"do": "close", "id": [c.pk]})
    client.post(address, {"do": "silence", "id": [a.pk, b.pk], "hours": "4"})
    for one in (a, b, c):
        one.refresh_from_db()
    assert (a.acknowledged_by, b.acknowledged_by, c.is_open) == (member, member, False)
    held = project.silences.order_by("matchers")
    assert [one.holds({"rule": a.rule_id, "model": "a"}, one.begins_at) for one in held] in (
        [True, False],
        [False, True],
    )


def test_a_viewer_sees_and_changes_nothing(fires, client, project, viewer):
    incident = fires("a")
    client.force_login(viewer)
    page = client.get(reverse("alerts-incident", args=[project.id, incident.pk]))
    assert page.status_code == 200 and b"What to do" not in page.content
    for name, args in (
        ("alerts-incidents-change", []),
        ("alerts-incident-change", [incident.pk]),
        ("alerts-silence-new", []),
    ):
        said = {"do": "close", "id": incident.pk}
        assert client.post(reverse(name, args=[project.id, *args]), said).status_code == 404
    incident.refresh_from_db()
    assert incident.is_open


def test_an_incident_of_another_project_is_not_found(fires, client, member, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Another")
    client.force_login(member)
    address = reverse("alerts-incident", args=[other.id, fires("a").pk])
    assert client.get(address).status_code == 404
    assert client.get(f"{address}%00").status_code == 404


def test_what_people_do_stands_in_the_timeline_in_words(fires, pages, change, member, owner):
    incident = fires("a")
    change(incident, do="acknowledge")
    change(incident, do="assign", to=owner.pk)
    change(incident, do="comment", text="The <b>provider</b> is slow")
    change(incident, do="judge", was="false")
    change(incident, do="judge", was="")
    assert change(incident, do="close").resolved_at
    page = pages("alerts-incident", incident.pk)
    for words in (
        "It fires: Warning",
        "Told: Firing",
        "Minsu acknowledged it",
        f"Minsu gave it to {owner.email}",
        "The &lt;b&gt;provider&lt;/b&gt; is slow",
        "Minsu: it was a false alarm",
        "Minsu took the verdict back",
        "Minsu closed it",
    ):
        assert words in page, words


def test_an_incident_is_given_to_members_alone(fires, change, stranger, viewer):
    incident = fires("a")
    for somebody in (stranger.pk, viewer.pk, "x", "9" * 30):
        assert change(incident, do="assign", to=somebody).assignee is None


def test_the_chart_and_the_traces_of_the_time_are_there(fires, traffic, pages, at):
    for minute in range(5):
        traffic(minute * 60, 20, errors=4 if minute == 4 else 0, model="gpt-5")
    incident = fires("gpt-5", second=300)
    fires("gpt-5", second=360, step=Step.RESOLVED)
    page = pages("alerts-incident-evidence", incident.pk)
    assert "data-figure" in page and "20 %" in page
    assert "All of them, with the same filter" in page and "model%3Agpt-5" in page
    assert page.count("/traces/c") >= 1


def test_what_changed_before_it_is_told(fires, traffic, pages, project):
    traffic(0, 5, model="gpt-5", release="v42")
    incident = fires("gpt-5", second=300)
    fires("gpt-5", second=360, step=Step.RESOLVED)
    page = pages("alerts-incident-evidence", incident.pk)
    assert "New release" in page and "v42" in page


def test_what_explains_an_alert_and_what_else_was_wrong_is_told(fires, pages, rule, make_rule):
    outage = make_rule(rule.wanted.condition, name="Provider down", by=("model",))
    fires("gpt-5", of=outage, inhibits=(rule.pk,))
    incident = fires("gpt-5", second=90)
    fires("other", second=95)
    page = pages("alerts-incident", incident.pk)
    assert "Explained by" in page and "Provider down" in page
    assert "Another alert explains it." in page and "Other incidents at that time" in page
    of = Incident.objects.get(rule_id=outage.pk)
    assert "Explains" in pages("alerts-incident", of.pk)


def test_a_rule_that_is_gone_leaves_its_incidents_readable(fires, pages, rule):
    incident = fires("a")
    rule.delete()
    assert "The rule is gone" in pages("alerts-incident", incident.pk, full="1")


def test_where_a_notice_went_is_told(fires, pages, project):
    from alerts.channels.models import Channel, Delivery

    incident = fires("a")
    notice = incident.notices.get()
    assert "On its way." in pages("alerts-incident", incident.pk)
    channel = Channel.objects.create(project=project, name="Night shift", kind="webhook")
    Delivery.objects.create(
        channel=channel, key=notice.pk, line="l", news="firing", tier="warning", content={},
        state="delivered",
    )  # fmt: skip
    page = pages("alerts-incident", incident.pk)
    assert "Night shift" in page and "Delivered" in page


def test_the_rail_counts_what_is_open(fires, pages):
    fires("a"), fires("b")
    assert 'chip bad num">2<span' in pages("alerts-silences")


@pytest.mark.parametrize(
    ("labels", "evidence", "leads_to"),
    [
        ({"monitor": "Length", "id": "m1"}, {"verdict": "v1"}, "/drift/m1/verdicts/v1"),
        ({"budget": "Month", "value": "", "id": "b1"}, {}, "/budgets/b1"),
    ],
)
def test_what_was_judged_elsewhere_leads_there(fires, pages, project, labels, evidence, leads_to):
    incident = fires("a")
    facts = {"value": 2, "limit": 1, "evidence": evidence}
    Incident.objects.filter(pk=incident.pk).update(labels=labels, facts=facts)
    page = pages("alerts-incident", incident.pk)
    assert leads_to in page and f">{labels['id']}<" not in page

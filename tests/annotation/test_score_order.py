"""The order in which a queue asks for its scores."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def configs(config):
    return [config(name).pk for name in ("a tone", "b grade", "c length")]


def order_of(page: str) -> list[str]:
    return re.findall(r'name="order" value="([^"]+)"', page)


def test_scores_are_moved_with_their_arrows_before_the_queue_is_made(
    client, member, configs, submit
):
    client.force_login(member)
    a, b, c = configs
    sent = {"name": "", "per_item": "2", "configs": [b, c], "rubric": "as typed", "order": configs}
    page = submit("queue-create", data=sent | {"up": c}).content.decode()
    assert order_of(page) == [a, c, b]
    assert "as typed" in page and 'value="2"' in page and "required." not in page
    ticked = re.findall(r'name="configs" value="([^"]+)"[^>]*checked', page)
    assert ticked == [c, b]
    page = submit("queue-create", data=sent | {"order": [a, c, b], "down": a}).content.decode()
    assert order_of(page) == [c, a, b]
    made = submit("queue-create", data=sent | {"name": "Review", "order": [c, a, b]})
    from evals.annotation.models import Queue

    queue = Queue.objects.get()
    assert made["Location"] == reverse("queue-page", args=[queue.project_id, queue.pk])
    assert queue.config_ids == [c, b]


def test_a_queue_keeps_its_order_and_the_annotating_page_asks_by_it(
    client, member, span, configs, queue, put_in, look_at, submit
):
    client.force_login(member)
    a, b, c = configs
    review = queue(config_ids=[c, a])
    assert order_of(look_at("queue-settings", review.pk)) == [c, a, b]
    sent = {"name": "Review", "per_item": "1", "configs": [a, b, c], "order": [c, b, a]}
    submit("queue-settings", review.pk, data=sent)
    span("t1", "s1")
    [item] = put_in(review, "t1")
    page = look_at("queue-annotate", review.pk, item.pk)
    assert page.index("c length") < page.index("b grade") < page.index("a tone")


@pytest.mark.parametrize(("arrow", "place"), [("up", 0), ("down", 2)])
def test_at_the_end_of_its_way_a_score_stays(client, member, configs, submit, arrow, place):
    client.force_login(member)
    page = submit("queue-create", data={"order": configs, arrow: configs[place]})
    assert order_of(page.content.decode()) == configs


def test_an_order_that_names_what_is_not_there_is_passed_over(client, member, configs, submit):
    client.force_login(member)
    a, b, c = configs
    page = submit("queue-create", data={"order": ["nope", c, c], "up": "nope", "down": "no"})
    assert order_of(page.content.decode()) == [c, a, b]

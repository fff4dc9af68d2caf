"""A composite keeps quiet the rules whose figures it puts together."""

from dataclasses import replace

import pytest

from alerts.incidents.tiers import Tier
from alerts.rules.changing import made
from alerts.rules.conditions import Threshold
from alerts.rules.definition import Measured
from alerts.rules.members import members_of
from alerts.rules.points import Limit
from alerts.rules.ready_made import BY_KEY

pytestmark = pytest.mark.django_db
ABOVE = Threshold(limits=(Limit(Tier.WARNING, 1.0),))


@pytest.fixture
def composite(project):
    return made(project, "Weak signs", BY_KEY["weak_signals"].definition)


def test_rules_over_the_same_figures_are_its_members(composite, make_rule):
    slow = make_rule(ABOVE, name="Slow", measure="latency", aggregation="p99", by=("model",))
    part = make_rule(ABOVE, name="Part", measure="latency", query="env:production")
    make_rule(ABOVE, name="Spans", measure="output_tokens")
    make_rule(ABOVE, name="Traces", view="traces", measure="latency")
    assert set(members_of(composite, composite.wanted)) == {slow.pk, part.pk}


def test_only_a_composite_has_members_and_no_composite_is_one(project, composite, make_rule):
    other = made(project, "Others", BY_KEY["weak_signals"].definition)
    slow = make_rule(ABOVE, measure="latency")
    assert members_of(slow, slow.wanted) == ()
    assert members_of(composite, composite.wanted) == (slow.pk,)
    assert other.pk not in members_of(composite, composite.wanted)


def test_a_signal_of_a_part_explains_no_rule_over_the_whole(project, make_rule):
    weak = BY_KEY["weak_signals"].definition
    parts = tuple(replace(one, query="env:production") for one in weak.measured)
    composite = made(project, "Weak in production", replace(weak, measured=parts))
    make_rule(ABOVE, name="All", measure="latency")
    same = make_rule(ABOVE, name="Same", measure="latency", query="env:production")
    share = Measured(query="env:production", bad_query="latency:>10")
    make_rule(ABOVE, name="Share", measured=(share,))
    assert members_of(composite, composite.wanted) == (same.pk,)

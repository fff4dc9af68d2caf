"""Incidents of real rules, as an evaluation writes them."""

from collections.abc import Callable

import pytest

from alerts.incidents.identity import fingerprint, group_key
from alerts.incidents.tiers import Step, Tier


@pytest.fixture
def rule(make_rule):
    """Error rate of each model above 5 %."""
    from alerts.rules.conditions import Threshold
    from alerts.rules.points import Limit

    limits = (Limit(Tier.WARNING, 0.05),)
    return make_rule(Threshold(limits=limits), measure="error_rate", by=("model",))


@pytest.fixture
def fires(project, rule, at) -> Callable:
    """`fires("gpt-5", second=60)`: the rule's alert of this model fires at that second of the
    Monday, and is told.
    """
    from alerts.incidents.recording import Alert, Change, record
    from alerts.incidents.telling import Policy, tell

    def fired(model, *, second=60, of=None, tier=Tier.WARNING, step=Step.FIRED, inhibits=()):
        told, labels = of or rule, {"model": model}
        alert = Alert(
            project=project,
            rule_id=told.pk,
            rule_name=told.name,
            fingerprint=fingerprint(told.pk, labels),
            group_key=group_key(told.pk, labels, ()),
            labels=labels,
            inhibits=inhibits,
        )
        facts = {"begin": 0, "end": 60, "value": 0.12, "limit": 0.05, "samples": 100}
        change = Change(
            alert=alert, step=step, tier=tier, at=at(second), began_at=at(second - 60), facts=facts
        )
        found = record([change])
        tell(project, told.pk, Policy(), changed=found, now=at(second))
        return found[0]

    return fired

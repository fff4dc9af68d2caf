"""How good alerts are, and which limit people's verdicts propose."""

from datetime import timedelta

import pytest

from alerts.incidents.models import Incident
from alerts.incidents.quality import proposed_limit, qualities


@pytest.mark.django_db
def test_figures_are_of_each_rule_and_the_noisiest_comes_first(project, at):
    def incident(rule: str, number: int, **fields) -> None:
        Incident.objects.create(
            project=project,
            rule_id=rule,
            rule_name=rule.title(),
            fingerprint=f"{project.id}-{rule}-{number}",
            group_key="g",
            tier="warning",
            began_at=at(0),
            fired_at=at(60),
            **fields,
        )

    incident("quiet", 1)
    incident("noisy", 1, acknowledged_at=at(120), resolved_at=at(360), was_real=True)
    incident("noisy", 2, acknowledged_at=at(180), resolved_at=at(660), was_real=False)
    incident("noisy", 3, told_tier="warning")
    noisy, quiet = qualities(project.id, at(0))
    assert (noisy.rule_name, noisy.fired, noisy.told) == ("Noisy", 3, 1)
    assert (noisy.acknowledged, noisy.real, noisy.false, noisy.false_share) == (2, 1, 1, 0.5)
    assert noisy.until_acknowledged == timedelta(seconds=90)
    assert noisy.until_over == timedelta(seconds=450)
    assert (quiet.fired, quiet.false_share, quiet.until_over) == (1, None, None)
    assert qualities(project.id, at(61)) == []


@pytest.mark.parametrize(
    ("real", "false", "is_above", "limit"),
    [
        ([8, 9, 10, 12], [5, 5.5, 6, 6], True, 7),
        ([0.5, 0.6, 0.4, 0.6], [0.7, 0.75, 0.8, 0.7], False, 0.65),
        ([8, 9, 10, 5.4], [5, 5.2, 6, 6], True, 7),  # one that is real is missed
        ([8, 9, 10], [5, 5, 5, 5], True, None),
        ([5, 5, 5, 5], [5, 5, 5, 5], True, None),
    ],
)
def test_a_limit_between_what_was_real_and_what_was_not(real, false, is_above, limit):
    assert proposed_limit(real, false, is_above=is_above) == (
        None if limit is None else pytest.approx(limit)
    )

"""How many incidents are open, as every page of a project says it."""

import pytest

from alerts.incidents.templatetags import incidents
from alerts.incidents.tiers import Step

pytestmark = pytest.mark.django_db


def test_the_rail_counts_up_to_its_bound_and_says_where_there_are_more(project, fires, monkeypatch):
    monkeypatch.setattr(incidents, "MOST_COUNTED", 3)
    assert incidents.open_incidents(project) == ""
    for number, said in enumerate(("1", "2", "2+", "2+")):
        fires(f"model-{number}")
        assert incidents.open_incidents(project) == said
    for number in range(4):
        fires(f"model-{number}", second=120, step=Step.RESOLVED)
    assert incidents.open_incidents(project) == ""

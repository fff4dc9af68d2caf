"""In whatever order a span and what is said of it come, the row is the same in the end."""

import uuid
from dataclasses import replace

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.late import WAITS, say_again
from ingest.models import LateStatement
from ingest.pipeline import accept
from tests.ingest.rows import HOUR_NS
from tests.ingest.saying import (
    LATER,
    SOON,
    in_the_middle_of_an_hour,
    insert,
    live_rows,
    log_of,
    only_row,
    say,
)

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")

PLACES = (5, HOUR_NS, -HOUR_NS)  # of three log events, from the start of their span
STEPS = st.lists(
    st.sampled_from(["span", "span", "late", "log 0", "log 1", "log 2"]), min_size=3, max_size=9
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # shrinking would take minutes here
)
@given(steps=STEPS)
def test_spans_log_events_resends_and_late_passes_in_any_order_end_in_the_same_row(steps):
    steps = [*steps, *({"span", "log 0", "log 1", "log 2"} - set(steps))]
    span = in_the_middle_of_an_hour(uuid.uuid4().hex)
    logs = [log_of(span, at=place, name=f"gen_ai.{n}") for n, place in enumerate(PLACES)]
    now, is_stored = timezone.now(), False
    for step in steps:
        if step == "span":
            insert(span)
            is_stored = True
        elif step == "late":  # senders send again for some minutes, and not for hours
            now += SOON if is_stored else LATER
            say_again(now=now)
        else:
            say(logs[int(step[-1])])
        if is_stored:
            assert "chat" in [row.name for row in live_rows(span)]
    for wait in WAITS:
        now += wait + SOON
        say_again(now=now)

    other = replace(span, project_id=uuid.uuid4().hex)
    insert(other)
    accept(other.project_id, [replace(log, project_id=other.project_id) for log in logs])
    row, expected = only_row(span), only_row(other)
    assert replace(row, project_id="", version=0, received_at=0) == replace(
        expected, project_id="", version=0, received_at=0
    )
    assert not LateStatement.objects.filter(project_id=span.project_id).exists()

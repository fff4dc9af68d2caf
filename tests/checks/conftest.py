"""Checks switched on, spans sent through ingest, and the scores that came of them."""

import pytest

from tests.ingest.conftest import postgres_away  # noqa: F401
from tests.prompts.conftest import look_at, submit  # noqa: F401
from tests.traces.conftest import now, span  # noqa: F401


@pytest.fixture
def switch_on(project):
    """`switch_on("secrets", of="input")`: a check of the project, on since long."""
    from datetime import UTC, datetime

    from evals.checks.enabled import forget
    from evals.checks.models import ProjectCheck
    from evals.checks.registry import CHECKS

    def made(key, *, name=None, types=(), names=(), environments=(), sampling=1.0, **options):
        check = ProjectCheck.objects.create(
            project=project,
            check_key=key,
            name=name or key,
            options=CHECKS[key].options_of(options),
            types=list(types),
            names=list(names),
            environments=list(environments),
            sampling=sampling,
            on_since=datetime(2020, 1, 1, tzinfo=UTC),
        )
        forget(project.id)
        return check

    return made


@pytest.fixture
def arrived(project, now):  # noqa: F811
    """`arrived("t", "s", output="…")`: a span through the front door of ingest, acknowledged."""
    from ingest.pipeline import accept
    from traces.records import Span

    def sent(trace_id="t", span_id="s", *, output="An answer.", **fields):
        fields = {"type": "GENERATION", "end_time": now + 2_000_000_000} | fields
        one = Span(project.id, trace_id, span_id, now, output=output, **fields)
        accept(project.id, [one])
        return one

    return sent


@pytest.fixture
def scored(project):
    """`scored("t")`: the scores of the trace by name, once all that waits is written. There is one
    for each check and span."""
    from evals.checks.waiting import waiting
    from traces.queries.scores import whole_scores

    def by_name(trace_id="t"):
        waiting.flush()
        found = whole_scores(project.id, trace_id)
        assert len({(row["name"], row["observation_id"]) for row in found}) == len(found)
        return {row["name"]: row for row in found}

    return by_name


@pytest.fixture
def nobody_listens(monkeypatch):
    """Ingest as if it were killed between storing spans and checking them."""
    from ingest import delivery

    monkeypatch.setattr(delivery, "when_stored", [])

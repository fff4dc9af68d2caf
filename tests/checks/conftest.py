"""Checks switched on, spans sent through ingest, and the scores that came of them."""

import pytest

from tests.traces.conftest import now, span  # noqa: F401


@pytest.fixture
def switch_on(project):
    """`switch_on("secrets", of="input")`: a check of the project, as a page would add it."""
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
    """`scored("t")`: every score of the trace that counts, by its name; `rows` are all of them."""
    from traces.queries.scores import whole_scores

    def rows(trace_id="t"):
        return whole_scores(project.id, trace_id)

    def by_name(trace_id="t"):
        found = rows(trace_id)
        assert len({(row["name"], row["observation_id"]) for row in found}) == len(found)
        return {row["name"]: row for row in found}

    by_name.rows = rows
    return by_name

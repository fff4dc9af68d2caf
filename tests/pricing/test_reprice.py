"""Repricing stored spans, on the real store."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from pricing import reprice as repricing
from pricing import store
from pricing.catalogue import Catalogue, Price
from pricing.cost import price_spans
from pricing.models import ModelPrice
from pricing.reprice import priced_anew, reprice
from traces import writer
from traces.records import Span
from traces.stored import stored_spans

START = 1_790_000_000_000_000_000
HOUR = 3_600_000_000_000


def catalogue(dollars: str) -> Catalogue:
    steps = {"": ((0, {"input": Decimal(dollars), "output": Decimal(dollars)}),)}
    return Catalogue([Price(f"acme@{dollars}", "acme-1", "", steps)])


@pytest.fixture
def spans(project, clickhouse_schema):
    """Three calls of a model in two hours, one of them with a cost of the client's own."""
    made = [
        Span(project.id, "t1", f"s{number}", START + number * HOUR, end_time=START + 9 * HOUR,
             type="GENERATION", model="acme-1", usage={"input": 100, "output": 10})
        for number in range(2)
    ]  # fmt: skip
    sent = Span(
        project.id, "t1", "sent", START, end_time=START + 1, type="GENERATION", model="acme-1",
        usage={"input": 100}, cost={"total": Decimal(7)}, cost_source="sent",
    )  # fmt: skip
    price_spans([*made, sent], Catalogue())
    writer.insert_spans([*made, sent])
    return project


def stored(project) -> dict[str, Span]:
    keys = [("t1", "s0"), ("t1", "s1"), ("t1", "sent")]
    return {key[1]: rows[0] for key, rows in stored_spans(project.id, keys).items()}


def run(project, prices, **options):
    return list(
        reprice(project.id, since=START, until=START + 9 * HOUR, catalogue=prices, **options)
    )[-1]


def test_unknown_costs_become_known_and_sent_ones_stay(spans):
    assert {s.cost_source for s in stored(spans).values()} == {"unknown", "sent"}
    progress = run(spans, catalogue("0.01"))
    assert (progress.seen, progress.changed, progress.hours_done) == (2, 2, 2)
    assert (progress.before, progress.after) == (Decimal(0), Decimal("2.2"))
    now = stored(spans)
    assert now["s0"].total_cost == Decimal("1.1")
    assert now["s0"].price_id == "acme@0.01"
    assert now["sent"].total_cost == Decimal(7)


def test_running_it_again_changes_nothing(spans):
    run(spans, catalogue("0.01"))
    before = stored(spans)
    assert run(spans, catalogue("0.01")).changed == 0
    assert stored(spans) == before


def test_a_dry_run_tells_and_writes_nothing(spans):
    before = stored(spans)
    assert run(spans, catalogue("0.01"), dry_run=True).changed == 2
    assert stored(spans) == before


def test_only_the_range_and_the_model_asked_for_are_touched(spans):
    early = list(reprice(spans.id, since=START, until=START + HOUR, catalogue=catalogue("0.01")))[
        -1
    ]
    assert early.changed == 1
    assert run(spans, catalogue("0.02"), model="another").seen == 0


def test_the_command_uses_the_projects_own_price_and_tells_the_sum(spans, capsys):
    ModelPrice.objects.create(
        id="mine", project=spans, model_name="acme-1", source="us",
        rates=[["input", "0.5", 0, ""], ["output", "1", 0, ""]],
    )  # fmt: skip
    store.forget()
    call_command("reprice", "--project", spans.id, "--since", "2026-09-01", "--until", "2026-12-01")
    assert re.search(r"2 of 2 spans changed: \$0 → \$120", capsys.readouterr().out)
    assert stored(spans)["s1"].price_id == "mine"


def test_the_command_says_what_is_wrong(db, project):
    with pytest.raises(CommandError, match="no project"):
        call_command("reprice", "--project", "nobody", "--since", "2026-09-01")
    with pytest.raises(CommandError, match="before"):
        call_command(
            "reprice", "--project", project.id, "--since", "2026-09-02", "--until", "2026-09-01"
        )


def test_a_span_that_is_sent_again_while_it_is_repriced_is_not_undone(spans, monkeypatch):
    """It takes no lock, so it may come between the read and the write."""
    again = replace(stored(spans)["s0"], name="sent again", version=0, received_at=0)

    def meanwhile(found, prices):
        writer.insert_spans([replace(again)])
        return priced_anew(found, prices)

    monkeypatch.setattr(repricing, "priced_anew", meanwhile)
    run(spans, catalogue("0.01"))
    now = stored(spans)
    assert (now["s0"].name, now["s0"].total_cost) == ("sent again", None)
    assert now["s1"].total_cost == Decimal("1.1")
    monkeypatch.undo()
    run(spans, catalogue("0.01"))
    assert stored(spans)["s0"].total_cost == Decimal("1.1")

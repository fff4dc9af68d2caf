"""Rules in Prometheus's YAML, there and back."""

from dataclasses import replace

import pytest
import yaml

from alerts.incidents.tiers import Tier
from alerts.rules.conditions import Threshold, WrongRule
from alerts.rules.definition import Definition, Measured
from alerts.rules.lifecycle import Lasting
from alerts.rules.points import Limit, Side
from alerts.rules.prometheus import WHOLE, Named, exported, imported
from alerts.rules.ready_made import READY_MADE

SLOW = Definition(
    measured=(Measured(measure="latency", aggregation="p95", query='name:"a, \\"b\\""'),),
    condition=Threshold(limits=(Limit(Tier.CRITICAL, 5.0),)),
    by=("model", "metadata.team"),
    lasting=Lasting(for_seconds=180, keep_firing_seconds=90),
)


def file(**fields) -> str:
    told = {"alert": "Slow", "expr": 'sonde{measure="latency"} > 5', **fields}
    return yaml.safe_dump({"groups": [{"name": "g", "rules": [told]}]})


BRACED = replace(SLOW, measured=(Measured(query='name:"{a}"'),))


@pytest.mark.parametrize("wanted", [SLOW, BRACED, *(one.definition for one in READY_MADE)])
def test_what_was_exported_is_imported_as_it_was(wanted):
    rule = Named("느림", wanted, "Look at the gateway.", "https://example.org/runbook")
    assert imported(exported([rule])) == [rule]


def test_a_plain_threshold_needs_no_more_than_an_expression():
    told = yaml.safe_load(exported([Named("Slow", SLOW)]))["groups"][0]["rules"][0]
    assert told["for"] == "3m" and told["keep_firing_for"] == "90s"
    assert told["labels"] == {"severity": "critical"}
    assert "annotations" not in told
    assert told["expr"].startswith("sonde{view=")


def test_a_rule_written_by_hand():
    text = file(**{"for": "1h30m", "labels": {"severity": "page"}})
    (rule,) = imported(text)
    assert rule.definition == replace(
        rule.definition,
        measured=(Measured(measure="latency"),),
        condition=Threshold(side=Side.ABOVE, limits=(Limit(Tier.CRITICAL, 5.0),)),
        lasting=Lasting(for_seconds=5400),
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "groups: 1",
        "groups: [1]",
        "groups: [{rules: [{expr: up}]}]",
        "groups: [{rules: []}]",
        "a: &a [1]\ngroups: *a",
        "groups: !!python/object/apply:os.system ['true']",
        "[" * 5000,
        file(expr="up == 0"),
        file(expr="rate(errors[5m]) > 1"),
        file(expr='sonde{measure="latency"} > 1e999'),
        file(expr='sonde{surprise="1"} > 1'),
        file(expr="sonde{measure=latency} > 1"),
        file(**{"for": "soon"}),
        file(annotations={WHOLE: "{"}),
        file(annotations={WHOLE: "{}"}),
        "x" * 600_000,
    ],
)
def test_what_is_no_such_file_is_refused(hostile):
    with pytest.raises(WrongRule):
        imported(hostile)

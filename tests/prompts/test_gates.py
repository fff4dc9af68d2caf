"""Gates: what each check says."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from accounts.roles import Role
from prompts import versions
from prompts.changes import By
from prompts.gates import running
from prompts.gates.verdicts import Verdict
from prompts.models import Way

PASSED, FAILED, SKIPPED = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED
UNKNOWN = Verdict.UNKNOWN


@pytest.fixture
def by(owner):
    return By(Way.PAGE, owner, role=Role.OWNER)


@pytest.fixture
def written(project, by):
    """`written("text", name=…)`: the next version, made an hour ago."""

    def made(body, *, name="greet", type_="text", **fields):
        version = versions.create(project, versions.Draft(name, type_, body, **fields), by)
        version.created_at -= timedelta(hours=1)
        version.save(update_fields=("created_at",))
        return version

    return made


@dataclass(frozen=True)
class Case:
    """What a check with this setting says of `new` where the label points at `old`."""

    key: str
    setting: Any
    new: Any
    old: Any
    verdict: Verdict
    said: str


CHAT = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "{{q}}"}]
CASES = [
    Case("keep_variables", "all", "{{a}} {{b}}", "{{a}}", PASSED, "every variable of version 1"),
    Case("keep_variables", "all", "{{b}}", "{{a}} {{b}}", FAILED, "version 1 that are missing: a."),
    Case("keep_variables", "same", "{{a}} {{b}}", "{{a}}", FAILED, "does not have: b."),
    Case("keep_variables", "same", "say {{ a }}", "{{a}}", PASSED, "every variable"),
    Case("keep_variables", "all", "{{a}}", None, SKIPPED, "nothing to compare"),
    Case("variables", ["a", "b"], "{{a}} {{b}} {{c}}", None, PASSED, "every variable"),
    Case("variables", ["a", "b"], "{{a}}", None, FAILED, "has not: b."),
    Case("braces", True, "{{a}} and {b}", None, PASSED, "is a variable"),
    Case("braces", True, "{{a}} and {{b c}}", None, FAILED, "{{b c}}"),
    Case("system_first", True, CHAT, None, PASSED, "begins with a system"),
    Case("system_first", True, CHAT[1:], None, FAILED, "“user”"),
    Case("system_first", True, "text", None, SKIPPED, "no chat"),
    Case("required", ["(?i)KIND", "^Be"], "Be kind", None, PASSED, "Everything"),
    Case("required", ["Ju+st"], "Be kind", None, FAILED, "Ju+st"),
    Case("forbidden", [r"\bTODO\b"], "Be kind", None, PASSED, "Nothing stands"),
    Case("forbidden", [r"\bTODO\b"], "TODO: be kind", None, FAILED, "TODO"),
    Case("max_tokens", 3, "one two six", None, PASSED, "About 3 tokens"),
    Case("max_tokens", 2, "one two six", None, FAILED, "2 are allowed"),
    Case("max_token_ratio", 1.5, "one two six", "one two", PASSED, "1.50 times"),
    Case("max_token_ratio", 1.4, "one two six", "one two", FAILED, "about 3 instead of 2"),
    Case("max_token_ratio", 1.4, "one two six", None, SKIPPED, "nothing to compare"),
    Case("min_calls", 1, "a", None, FAILED, "0 calls in the last 7 days"),
    Case("max_error_rate", 5, "a", None, FAILED, "Only 0 calls of version 1"),
    Case("max_latency_p95_ms", 5, "a", None, FAILED, "Only 0 calls"),
    Case("min_score", 0.5, "a", None, UNKNOWN, "Only 0 scores “kind” of version 1"),
    Case("max_regression", 0.5, "a", None, SKIPPED, "nothing to compare"),
    Case("max_regression", 0.5, "a", "b", UNKNOWN, "Only 0 scores"),
    Case("max_cost_ratio", 1.1, "a", None, SKIPPED, "nothing to compare"),
    Case("max_cost_ratio", 1.1, "a", "b", SKIPPED, "No call of today has a known cost"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.key}-{case.verdict}")
def test_a_check_says_whether_it_holds_and_why(case, written, gate):
    kind = "chat" if isinstance(case.new, list) else "text"
    old = written(case.old, type_=kind) if case.old is not None else None
    new = written(case.new, type_=kind)
    one = gate({case.key: case.setting, "score": "kind"})
    report = running.run(one, new.prompt, new, old)
    found = {result.key: result for result in report.results}
    assert found["includes"].verdict == PASSED
    assert found[case.key].verdict == case.verdict
    assert case.said in found[case.key].plain
    assert found[case.key].said
    assert report.is_open == (case.verdict not in (FAILED, UNKNOWN))


@pytest.mark.parametrize(
    ("config", "verdict"), [({"model": "m", "x": 1}, PASSED), ({"x": 1}, FAILED), ([], FAILED)]
)
def test_the_configuration_has_the_keys_that_it_must_have(written, gate, config, verdict):
    version = written("a", config=config)
    report = running.run(gate({"config_keys": ["model"]}), version.prompt, version, None)
    assert report.verdict == verdict


def test_what_is_included_counts_as_text_of_the_version(written, gate):
    written("Never say damn to {{who}}.", name="rules", labels=["production"])
    version = written("@@@langfusePrompt:name=rules|label=production@@@")
    one = gate({"forbidden": ["damn"], "variables": ["who"]})
    found = {r.key: r.verdict for r in running.run(one, version.prompt, version, None).results}
    assert found == {"includes": PASSED, "forbidden": FAILED, "variables": PASSED}


def test_a_check_that_nobody_knows_any_more_closes_the_gate(written, gate):
    version = written("a")
    report = running.run(gate({"gone": 1}), version.prompt, version, None)
    assert (report.verdict, report.closed[0].key) == (Verdict.UNKNOWN, "gone")


def test_without_clickhouse_a_check_of_calls_closes_the_gate_and_says_why(
    written, gate, settings, monkeypatch
):
    from traces import clickhouse

    version = written("a")
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/nowhere"
    clickhouse.forget_clients()
    try:
        report = running.run(gate({"min_calls": 1}), version.prompt, version, None)
    finally:
        monkeypatch.undo()
        clickhouse.forget_clients()
    assert report.verdict == Verdict.UNKNOWN
    assert "ClickHouse could not tell" in report.closed[0].plain


@pytest.mark.parametrize(
    ("checks", "verdict", "said"),
    [
        ({"min_calls": 25}, PASSED, "25 calls in the last 7 days"),
        ({"min_calls": 26}, FAILED, "at least 26"),
        ({"max_error_rate": 8}, PASSED, "8.0 % of the calls failed (2)"),
        ({"max_error_rate": 7.9}, FAILED, "7.9 % may"),
        ({"max_latency_p95_ms": 2100}, PASSED, "2023 ms at most"),
        ({"max_latency_p95_ms": 2000}, FAILED, "2000 ms are allowed"),
        ({"min_score": 0.8, "score": "kind"}, PASSED, "0.820 on average"),
        ({"min_score": 0.9, "score": "kind"}, FAILED, "at least 0.9"),
        ({"max_score": 0.85, "score": "kind"}, PASSED, "0.820 on average"),
        ({"max_score": 0.8, "score": "kind"}, FAILED, "at most 0.8"),
        ({"max_rise": 0, "score": "kind"}, PASSED, "by -0.073 at worst"),
        ({"max_regression": 0.1, "score": "kind"}, PASSED, "by -0.080 from version 1"),
        ({"max_regression": 0.05, "score": "kind"}, FAILED, "it may fall by 0.05"),
        ({"max_cost_ratio": 2.1}, PASSED, "2.00 times"),
        ({"max_cost_ratio": 1.9}, FAILED, "by the calls of both"),
    ],
)
def test_calls_of_the_last_days_are_measured_with_how_many_and_how_sure(
    written,
    gate,
    calls,
    checks,
    verdict,
    said,
):
    old, new = written("a"), written("b")
    calls(1, 25, cost="0.01", kind=0.88, took=1)
    calls(2, 25, cost="0.02", kind=0.8, took=2, failing=2)
    result = running.run(gate(checks), new.prompt, new, old).results[-1]
    assert (result.verdict, said in result.plain) == (verdict, True), result.plain
    assert result.n == 25
    if "min_calls" not in checks:
        low, high = result.interval
        assert low <= high


def test_a_version_that_was_never_called_is_costed_by_its_length_at_todays_traffic(
    written,
    gate,
    calls,
):
    old, new = written("one two"), written("one two " * 501)
    calls(1, 3, cost="0.0001", model="gpt-4o-mini", provider="openai")
    result = running.run(gate({"max_cost_ratio": 2}), new.prompt, new, old).results[-1]
    # 1,000 more tokens at $0.15 a million are $0.00015 beside $0.0001: 2.5 times as much.
    assert (result.verdict, round(result.figures["ratio"], 2)) == (FAILED, 2.5)
    assert "At today's traffic" in result.plain

"""Gates: what each check says, and that a label moves only where the gate is open."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from accounts.roles import Role
from prompts import labels, versions
from prompts.changes import By
from prompts.gates import GateClosed, running
from prompts.gates.models import Gate, GateRun
from prompts.gates.verdicts import Verdict
from prompts.models import LabelMove, Way

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


@pytest.fixture
def gate(project):
    """`gate({"max_tokens": 10})`: on `production`, for every prompt."""

    def made(checks, label="production", prompt=None):
        return Gate.objects.create(project=project, prompt=prompt, label=label, checks=checks)

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


def test_a_label_moves_where_its_gate_is_open_and_the_run_is_kept(written, gate, by):
    gate({"max_tokens": 5})
    version = written("short", labels=["production"])
    assert labels.number_of(version.prompt, "production") == 1
    kept = GateRun.objects.get()
    assert (kept.number, kept.verdict, kept.is_move, kept.user) == (1, PASSED, True, by.user)


def test_a_label_does_not_move_where_its_gate_is_closed_and_the_run_is_kept(written, gate, by):
    old, new = written("short", labels=["production"]), written("much too long a text, this one")
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed, match=r"version 2\. Length \(max_tokens\): About 8 tokens"):
        labels.move(old.prompt, "production", new, by)
    assert labels.number_of(old.prompt, "production") == 1
    assert LabelMove.objects.count() == 1
    kept = GateRun.objects.get()
    assert (kept.number, kept.against, kept.verdict, kept.is_move) == (2, 1, FAILED, True)


def test_a_version_that_is_to_get_a_gated_label_is_not_written_where_the_gate_is_closed(
    written, gate
):
    version = written("short")
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed):
        written("much too long a text, this one", labels=["production"])
    assert version.prompt.versions.count() == 1


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.VIEWER])
def test_only_an_admin_overrides_a_gate(written, gate, owner, role):
    version = written("much too long a text, this one")
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed, match="Only an admin overrides"):
        labels.move(
            version.prompt, "production", version, By(Way.PAGE, owner, role=role), override="now"
        )
    assert labels.number_of(version.prompt, "production") is None


def test_an_override_is_kept_with_its_reason_where_it_was_needed_and_only_there(
    written, gate, owner
):
    admin = By(Way.PAGE, owner, role=Role.ADMIN)
    long, short = written("much too long a text, this one"), written("short")
    gate({"max_tokens": 5})
    labels.move(long.prompt, "production", long, admin, override="The old one insults people.")
    labels.move(long.prompt, "production", short, admin, override="Just in case.")
    assert [move.override for move in LabelMove.objects.all()] == [
        "",
        "The old one insults people.",
    ]
    assert [(run.verdict, run.override) for run in GateRun.objects.all()] == [
        (PASSED, ""),
        (FAILED, "The old one insults people."),
    ]


def test_the_way_back_is_open_and_the_way_forth_again_is_not(written, gate, by):
    old = written("much too long a text, this one", labels=["production"])
    new = written("another that is much too long by far", labels=["production"])
    gate({"max_tokens": 5})
    labels.move(old.prompt, "production", old, by)
    assert labels.number_of(old.prompt, "production") == 1
    with pytest.raises(GateClosed):
        labels.move(old.prompt, "production", new, by)


def test_to_take_a_label_away_first_is_no_way_around_what_a_gate_compares(written, gate, by):
    old = written("{{a}}", labels=["production"])
    new = written("b")
    gate({"keep_variables": "all"})
    labels.move(old.prompt, "production", None, by)
    with pytest.raises(GateClosed, match="Variables of version 1 that are missing: a"):
        labels.move(old.prompt, "production", new, by)
    labels.move(old.prompt, "production", old, by)


def test_nor_is_to_delete_what_the_label_points_at(written, gate, by):
    old = written("{{a}}", labels=["production"])
    gone = written("{{a}} once more", labels=["production"])
    new = written("b")
    gate({"keep_variables": "all"})
    versions.remove(old.prompt.project, [gone], by)
    assert labels.number_of(old.prompt, "production") is None
    with pytest.raises(GateClosed, match="Variables of version 1 that are missing: a"):
        labels.move(old.prompt, "production", new, by)


def test_taking_a_label_away_asks_no_gate(written, gate, by):
    version = written("much too long a text, this one", labels=["production"])
    gate({"max_tokens": 5})
    labels.move(version.prompt, "production", None, by)
    assert labels.number_of(version.prompt, "production") is None


def test_a_prompts_own_gate_comes_before_the_projects_and_other_labels_have_none(written, gate, by):
    version = written("much too long a text, this one")
    gate({"max_tokens": 5})
    gate({"max_tokens": 500}, prompt=version.prompt)
    labels.move(version.prompt, "production", version, by)
    other = written("just as much too long a text", name="other")
    labels.move(other.prompt, "staging", other, by)
    with pytest.raises(GateClosed):
        labels.move(other.prompt, "production", other, by)


@pytest.mark.django_db(transaction=True)
def test_two_promotions_at_once_are_each_held_to_what_the_label_points_at_by_then(project, by):
    """Each is 1.5 times as long as what production points at. After one of them, the other is
    compared with that one, not with what it was when they set out.
    """
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    made = [
        versions.create(project, versions.Draft("greet", "text", "one " * count), by)
        for count in (4, 6, 6)
    ]
    labels.move(made[0].prompt, "production", made[0], by)
    Gate.objects.create(project=project, label="production", checks={"max_token_ratio": 1.6})

    def promote(version):
        try:
            labels.move(version.prompt, "production", version, by)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(promote, made[1:]))
    runs = list(GateRun.objects.order_by("pk"))
    assert runs[0].against == 1
    assert runs[1].against == runs[0].number
    assert [round(run.results[-1]["figures"]["ratio"], 2) for run in runs] == [1.5, 1.0]

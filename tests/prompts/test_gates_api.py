"""Gates for programs: the API and the command, as CI uses them."""

import os
import subprocess
from pathlib import Path
from shutil import which
from xml.etree import ElementTree

import pytest
import yaml
from django.core.management import CommandError, call_command

from prompts import labels
from prompts.gates import formats
from prompts.gates.models import Gate, GateRun
from prompts.gates.results import Report, Result
from prompts.gates.verdicts import Verdict

HERE = "/api/v1/prompts/support%2Fgreet/gate"


@pytest.fixture
def gated(project, make):
    """production at “Hi {{name}}”, a gate that keeps the variables, and version 2 without them."""
    version = make("support/greet", "Hi {{name}}", labels=["production"])
    make("support/greet", "Hi there")
    Gate.objects.create(
        project=project, label="production", checks={"keep_variables": "all", "max_tokens": 9}
    )
    return version.prompt


def test_the_api_runs_a_gate_and_tells_each_check(gated, ask, api_key):
    answer = ask("post", HERE, {"version": 2, "label": "production"})
    assert answer.status_code == 200
    told = answer.json()
    kept = GateRun.objects.get()
    assert told == {
        "prompt": "support/greet",
        "label": "production",
        "version": 2,
        "current": 1,
        "against": 1,
        "verdict": "failed",
        "is_open": False,
        "checks": [
            {"check": "includes", "verdict": "passed", "reason": "All that it includes is there.",
             "figures": {}, "n": None, "interval": None,
             "level": None},
            {"check": "keep_variables", "verdict": "failed",
             "reason": "Variables of version 1 that are missing: name.",
             "figures": {"lost": ["name"], "against": 1}, "n": None, "interval": None,
             "level": None},
            {"check": "max_tokens", "verdict": "passed",
             "reason": "About 3 tokens; 9 are allowed.",
             "figures": {"tokens": 3, "limit": 9}, "n": None, "interval": None,
             "level": None},
        ],
        "run": kept.pk,
    }  # fmt: skip
    assert (kept.public_key, kept.is_move) == (api_key.public_key, False)
    assert labels.number_of(gated, "production") == 1


def test_the_newest_version_and_production_are_meant_where_nothing_is_said(gated, ask):
    told = ask("post", HERE, {}).json()
    assert (told["version"], told["label"]) == (2, "production")


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        (HERE, {"version": 9}, 404, "version 9"),
        ("/api/v1/prompts/nobody/gate", {}, 404, "nobody"),
        (HERE, {"label": "staging"}, 404, "“staging” has no gate"),
        (HERE, {"label": "latest"}, 400, "kept automatically"),
        (HERE, {"label": "No!"}, 400, "lower-case letters"),
        (HERE, {"version": "two"}, 400, "valid integer"),
        (HERE, {"version": 0}, 400, "greater than or equal to 1"),
        (HERE, {"versoin": 2}, 400, "versoin"),
        (HERE, [], 400, "object"),
        (HERE, b'{"version": 1, "version": 2}', 400, "stands twice"),
        (HERE, b"{", 400, "must be JSON"),
        (HERE + "?format=pdf", {}, 400, "Must be json, junit or markdown."),
    ],
)
def test_what_cannot_be_run_is_a_problem_that_says_why(gated, ask, path, body, status, message):
    answer = ask("post", path, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert message in answer.content.decode()
    assert not GateRun.objects.exists()


def test_a_key_of_another_project_finds_nothing(gated, ask, other_key):
    assert ask("post", HERE, {}, other_key).status_code == 404


@pytest.mark.parametrize(("query", "accept"), [("?format=junit", "*/*"), ("", "application/xml")])
def test_the_api_answers_junit(gated, ask, query, accept):
    answer = ask("post", HERE + query, {"version": 2}, Accept=accept)
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    suite = ElementTree.fromstring(answer.content)
    assert suite.attrib == {
        "name": "gate of production: support/greet version 2",
        "tests": "3", "failures": "1", "errors": "0", "skipped": "0",
    }  # fmt: skip
    failure = suite.find("testcase[@name='keep_variables']/failure")
    assert failure.attrib["message"] == "Variables of version 1 that are missing: name."


@pytest.mark.parametrize(("query", "accept"), [("?format=markdown", "*/*"), ("", "text/markdown")])
def test_the_api_answers_a_table(gated, ask, query, accept):
    answer = ask("post", HERE + query, {"version": 2}, Accept=accept)
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[0] == "### ❌ failed: support/greet version 2 → production, against version 1"
    assert lines[5] == (
        "| keep\\_variables | ❌ failed | Variables of version 1 that are missing: name. |  |  |"
    )


def test_hostile_words_break_neither_xml_nor_the_table():
    nasty = "a|b\x00\x0b<&\"'\ud800 `x`\n| c |"
    result = Result("k", Verdict.FAILED, "%(said)s", {"said": nasty}, 3, (0.5, 1.25))
    report = Report("production", 1, None, (result,))
    suite = ElementTree.fromstring(formats.junit(nasty, report).encode())
    assert suite.find("testcase/failure").attrib["message"].startswith("a|b��<&\"'� `x`")
    table = formats.markdown(nasty, report).splitlines()
    assert len(table) == 5
    assert table[4].replace("\\|", "").count("|") == 6
    assert table[4].endswith("| 3 | 0.5 – 1.25 (95 %) |")


def run(project, *words, capsys):
    code = 0
    try:
        call_command("prompt_gate", "--project", project.id, "--prompt", "support/greet", *words)
    except SystemExit as ended:
        code = ended.code
    except CommandError as error:
        return error.returncode, str(error)
    return code, capsys.readouterr().out


def test_the_command_ends_by_its_verdict_and_writes_what_ci_reads(gated, project, tmp_path, capsys):
    junit, table = tmp_path / "gate.xml", tmp_path / "gate.md"
    code, out = run(
        project, "--version", "2", "--label", "production",
        "--junit", str(junit), "--markdown", str(table), capsys=capsys,
    )  # fmt: skip
    assert code == 1
    assert "❌ failed" in out
    assert ElementTree.parse(junit).getroot().attrib["failures"] == "1"
    assert table.read_text() == out
    assert run(project, "--version", "1", capsys=capsys)[0] == 0
    assert GateRun.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--version", "9"), "no version 9"),
        (("--label", "staging"), "has no gate"),
        (("--label", "latest"), "kept automatically"),
        (("--prompt", "nobody"), "no prompt 'nobody'"),
        (("--junit", "/nowhere/at/all.xml"), "cannot be written"),
    ],
)
def test_what_the_command_cannot_run_ends_with_2(gated, project, capsys, words, message):
    code, told = run(project, *words, capsys=capsys)
    assert (code, message in told) == (2, True), told


def test_what_cannot_be_checked_ends_with_2(gated, project, capsys):
    Gate.objects.update(checks={"gone": 1})
    code, out = run(project, capsys=capsys)
    assert (code, "could not be checked" in out) == (2, True)


def workflow_steps() -> dict[str, str]:
    """The scripts of the documented workflow, by the step's name."""
    page = (Path(__file__).parents[2] / "docs" / "prompt-gates.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    return {step["name"]: step.get("run", "") for step in workflow["jobs"]["gate"]["steps"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not (which("jq") and which("curl")), reason="the workflow needs jq and curl")
@pytest.mark.parametrize(("version", "code", "at"), [("2", 1, 1), ("3", 0, 3)])
def test_the_documented_workflow_stops_at_a_closed_gate_and_promotes_through_an_open_one(
    gated, make, live_server, api_key, tmp_path, version, code, at
):
    make("support/greet", "Good day {{name}}")
    environment = {
        **os.environ,
        "SONDE_URL": live_server.url,
        "SONDE_KEY": f"{api_key.public_key}:{api_key.secret_key}",
        "PROMPT": "support/greet",
        "VERSION": version,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    def step(name):  # as GitHub runs them
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", workflow_steps()[name]],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    gate = step("Run the gate of production")
    assert gate.returncode == code, gate.stderr
    assert ElementTree.parse(tmp_path / "gate.xml").getroot().attrib["failures"] == str(code)
    assert (tmp_path / "summary.md").read_text().startswith("### ")
    if not code:
        promoted = step("Promote")
        assert promoted.returncode == 0, promoted.stdout + promoted.stderr
    assert labels.number_of(gated, "production") == at

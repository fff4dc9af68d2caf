"""Running a gate."""

from typing import Any

from django.utils.translation import gettext_noop

from prompts.changes import By
from prompts.gates import of_scores, of_text, of_traffic
from prompts.gates.case import Case
from prompts.gates.checks import CHECKS, Check, chosen
from prompts.gates.models import Gate, GateRun
from prompts.gates.patterns import InvalidPattern
from prompts.gates.results import Report, Result, of_kept
from prompts.gates.sparing import afforded
from prompts.gates.verdicts import Verdict
from prompts.models import Numbering, Prompt, PromptVersion
from traces.errors import Unavailable

__all__ = ["gate_of", "recorded", "report_of", "run"]
SHIPPED = (of_text, of_traffic, of_scores)  # importing them has filled the table of checks
AWAY = gettext_noop("ClickHouse could not tell. Try again in a moment.")
VAST = gettext_noop("The figures are too large to reckon with. Look for an absurd score.")
GONE = gettext_noop("There is no such check any more. Save the gate's settings again.")


def gate_of(prompt: Prompt, label: str) -> Gate | None:
    """The prompt's own gate of the label, or else the project's."""
    gates = Gate.objects.filter(project=prompt.project_id, label=label)
    return gates.filter(prompt=prompt).first() or gates.filter(prompt=None).first()


def run(
    gate: Gate,
    prompt: Prompt,
    version: PromptVersion,
    against: PromptVersion | None,
    *,
    with_traffic: bool = True,
) -> Report:
    """Every check of the gate, one after the other, against what the label points at (None: at
    nothing yet). Raises TooManyRuns.
    """
    case = Case(prompt, gate.label, version, against, gate.checks)
    checks = afforded(chosen(gate.checks, with_traffic=with_traffic), prompt.name, gate.label)
    results = [result_of(check, case, setting) for check, setting in checks]
    unknown = sorted(gate.checks.keys() - CHECKS.keys() - {"score", "days"})
    results += [Result(key, Verdict.UNKNOWN, GONE) for key in unknown]
    number = against.number if against else None
    return Report(gate.label, version.number, number, tuple(results))


def result_of(check: Check, case: Case, setting: Any) -> Result:
    """What goes wrong with one check is `unknown` for that one."""
    try:
        found = check.run(case, setting)
        return found if found.is_finite else Result(check.key, Verdict.UNKNOWN, VAST, n=found.n)
    except ArithmeticError:
        return Result(check.key, Verdict.UNKNOWN, VAST)
    except Unavailable:
        return Result(check.key, Verdict.UNKNOWN, AWAY)
    except InvalidPattern as error:
        return Result(check.key, Verdict.UNKNOWN, "%(error)s", {"error": str(error)})


def report_of(kept: GateRun) -> Report:
    results = tuple(of_kept(one) for one in kept.results)
    return Report(kept.label, kept.number, kept.against, results)


def recorded(
    of: Prompt | Numbering, report: Report, by: By, *, is_move: bool = False, override: str = ""
) -> GateRun:
    """`of` is the numbering of its name where the prompt is not there (yet)."""
    return GateRun.objects.create(
        prompt=of if isinstance(of, Prompt) else None,
        kept_under=of if isinstance(of, Numbering) else None,
        label=report.label,
        number=report.number,
        against=report.against,
        verdict=report.verdict,
        results=[result.kept() for result in report.results],
        is_move=is_move,
        override=override,
        way=by.way,
        user=by.user,
        public_key=by.public_key,
    )

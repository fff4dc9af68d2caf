"""What scores the answers of an experiment: checks that need no model, and judges."""

from dataclasses import dataclass, field
from typing import Any

from evals.checks.check import InvalidOptions
from evals.checks.models import ProjectCheck
from evals.checks.registry import CHECKS, Check
from evals.judges.models import EvaluatorVersion

CHECK, PROJECT_CHECK, JUDGE = "check", "project_check", "judge"
MOST_EVALUATORS = 20
# What the answer of a prompt to an item never has.
UNKNOWN = {"contexts", "expected contexts"}


@dataclass(frozen=True, slots=True)
class Evaluator:
    """`ref` is a check's key or a judge's version; `name` is the score's."""

    kind: str
    ref: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """By which a form names it."""
        return f"{self.kind}:{self.ref if self.kind != PROJECT_CHECK else self.name}"

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "ref": self.ref, "name": self.name, "options": self.options}


def of_json(kept: list[dict[str, Any]]) -> list[Evaluator]:
    return [Evaluator(**one) for one in kept]


def offered(project_id: str) -> list[Evaluator]:
    """What a project can choose from: each name once, its own checks before those as they come."""
    found = [*project_checks(project_id), *plain_checks(), *judges(project_id)]
    by_name: dict[str, Evaluator] = {}
    for one in found:
        by_name.setdefault(one.name, one)
    return list(by_name.values())


def plain_checks() -> list[Evaluator]:
    """Those that say something as they come."""
    return [
        Evaluator(CHECK, key, key, options)
        for key, check in CHECKS.items()
        if (options := defaults(check)) is not None and not check.needs & UNKNOWN
    ]


def defaults(check: Check) -> dict[str, Any] | None:
    if any(option.must_be_told for option in check.options):
        return None
    try:
        return check.options_of()
    except InvalidOptions:
        return None


def project_checks(project_id: str) -> list[Evaluator]:
    rows = ProjectCheck.objects.filter(project=project_id, check_key__in=list(CHECKS))
    return [
        Evaluator(PROJECT_CHECK, row.check_key, row.name, row.options)
        for row in rows
        if not CHECKS[row.check_key].needs & UNKNOWN
    ]


def judges(project_id: str) -> list[Evaluator]:
    """The newest version of each."""
    versions = EvaluatorVersion.objects.filter(
        evaluator__project=project_id, connection__isnull=False
    )
    newest = versions.order_by("evaluator_id", "-number").distinct("evaluator_id")
    return [
        Evaluator(JUDGE, one.pk, one.evaluator.name) for one in newest.select_related("evaluator")
    ]

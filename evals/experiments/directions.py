"""Which way each score is better: what a reader chose, else what was said of it where it is
configured or judged, else what Sonde knows of its name.
"""

from collections.abc import Iterable, Mapping

from evals.checks.check import HIGHER
from evals.checks.models import ProjectCheck
from evals.checks.registry import CHECKS
from evals.judges.library import better_of
from evals.judges.models import EvaluatorVersion
from evals.scores.models import Better, ScoreConfig

NEITHER = str(Better.NEITHER)
Directions = Mapping[str, str]  # HIGHER, LOWER or NEITHER by the score's name


def directions(
    project_id: str, names: Iterable[str], chosen: Directions | None = None
) -> dict[str, str]:
    """As the score's configuration says; else of a check of the project or the check that is called
    so; of an evaluator as its newest version says. More is better of what nobody knows.
    """
    known = {
        **of_plain_checks(),
        **of_evaluators(project_id),
        **of_checks(project_id),
        **of_configs(project_id),
    }
    return {name: (chosen or {}).get(name) or known.get(name, HIGHER) for name in names}


def of_plain_checks() -> dict[str, str]:
    return {key: check.better or NEITHER for key, check in CHECKS.items()}


def of_checks(project_id: str) -> dict[str, str]:
    rows = ProjectCheck.objects.filter(project=project_id, check_key__in=list(CHECKS))
    kept = rows.order_by().values_list("name", "check_key")
    return {name: CHECKS[key].better or NEITHER for name, key in kept}


def of_evaluators(project_id: str) -> dict[str, str]:
    versions = EvaluatorVersion.objects.filter(evaluator__project=project_id)
    newest = versions.order_by("evaluator_id", "-number").distinct("evaluator_id")
    kept = newest.values_list("evaluator__name", "better", "template")
    return {name: better or better_of(template) for name, better, template in kept}


def of_configs(project_id: str) -> dict[str, str]:
    """Those in use that say it."""
    found = ScoreConfig.objects.filter(project=project_id, is_archived=False).exclude(better="")
    return dict(found.values_list("name", "better"))

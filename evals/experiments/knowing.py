"""What the form of a gate offers: the datasets, and the scores that an experiment may have."""

from evals.datasets.models import Dataset
from evals.experiments.running.evaluators import offered
from evals.scores.models import ScoreConfig


def datasets_known(project_id: str) -> list[str]:
    return list(Dataset.objects.filter(project=project_id).values_list("name", flat=True))


def scores_known(project_id: str) -> list[str]:
    """Of checks and judges, and those that people and programs score by."""
    configs = ScoreConfig.objects.filter(project=project_id, is_archived=False)
    evaluators = [one.name for one in offered(project_id)]
    return [*evaluators, *configs.values_list("name", flat=True)]

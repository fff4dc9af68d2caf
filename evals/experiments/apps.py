from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExperimentsConfig(AppConfig):
    name = "evals.experiments"
    verbose_name = _("Experiments")

    def ready(self) -> None:
        from evals.experiments import gating  # noqa: F401  it fills the table of gates' checks
        from evals.experiments.judged import targets_of
        from evals.judges.past import read_experiments_by

        read_experiments_by(targets_of)

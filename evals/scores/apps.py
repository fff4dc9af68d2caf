from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoresConfig(AppConfig):
    name = "evals.scores"
    verbose_name = _("Scores")

    def ready(self) -> None:
        """What programs send is held against the project's configurations."""
        from evals.scores import enforcing
        from ingest import score_rules

        score_rules.rules.append(enforcing.refusals)

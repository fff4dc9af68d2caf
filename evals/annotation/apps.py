from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnnotationConfig(AppConfig):
    name = "evals.annotation"
    verbose_name = _("Annotation")

    def ready(self) -> None:
        from evals.annotation.bulk import QUEUE
        from exports import actions

        actions.register(QUEUE)

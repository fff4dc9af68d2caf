from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulesConfig(AppConfig):
    name = "alerts.rules"
    label = "alert_rules"
    verbose_name = _("Alert rules")

    def ready(self) -> None:
        from alerts.incidents import course, explaining
        from alerts.rules import conditions, courses, drifted, sources
        from alerts.rules.explaining import RulesExplain

        course.register(courses.course)
        explaining.register(RulesExplain())
        sources.register(conditions.Drift, drifted.read, drifted.names)

"""Pages of alert rules, and their API."""

from django.urls import path

from alerts.rules.api.views import RulesView, RuleView
from alerts.rules.views import (
    backtesting,
    editor,
    files,
    limiting,
    lists,
    one,
    quality,
    ready,
)

rules = "projects/<str:project_id>/alerts/rules"
rule = f"{rules}/<str:rule_id>"

urlpatterns: list = [
    path("api/v1/alert-rules", RulesView.as_view()),
    path("api/v1/alert-rules/<str:rule_id>", RuleView.as_view()),
    path(rules, lists.rule_list, name="alerts-rules"),
    path(f"{rules}/ready-made", ready.ready_rules, name="alerts-rules-ready"),
    path(f"{rules}/ready-made/<str:key>", ready.ready_facts, name="alerts-ready-facts"),
    path(f"{rules}/new", editor.rule_new, name="alerts-rule-new"),
    path(f"{rules}/preview", editor.rule_preview, name="alerts-rule-preview"),
    path(f"{rules}/import", files.rule_import, name="alerts-rules-import"),
    path(f"{rules}/export", files.rule_export, name="alerts-rules-export"),
    path("projects/<str:project_id>/alerts/quality", quality.quality_page, name="alerts-quality"),
    path(f"{rules}/backtest", backtesting.new_backtest, name="alerts-backtest-new"),
    path(rule, one.rule_page, name="alerts-rule"),
    path(f"{rule}/course", one.rule_course, name="alerts-rule-course"),
    path(f"{rule}/backtest", backtesting.rule_backtest, name="alerts-backtest"),
    path(f"{rule}/limits", limiting.rule_limits, name="alerts-rule-limits"),
    path(f"{rule}/edit", editor.rule_edit, name="alerts-rule-edit"),
    path(f"{rule}/switch", lists.rule_switch, name="alerts-rule-switch"),
    path(f"{rule}/delete", lists.rule_delete, name="alerts-rule-delete"),
]

"""Pages of alert rules, and their API."""

from django.urls import path

from alerts.rules.views import editor, files, lists, ready

rules = "projects/<str:project_id>/alerts/rules"
rule = f"{rules}/<str:rule_id>"

urlpatterns: list = [
    path(rules, lists.rule_list, name="alerts-rules"),
    path(f"{rules}/ready-made", ready.ready_rules, name="alerts-rules-ready"),
    path(f"{rules}/ready-made/<str:key>", ready.ready_facts, name="alerts-ready-facts"),
    path(f"{rules}/new", editor.rule_new, name="alerts-rule-new"),
    path(f"{rules}/preview", editor.rule_preview, name="alerts-rule-preview"),
    path(f"{rules}/import", files.rule_import, name="alerts-rules-import"),
    path(f"{rules}/export", files.rule_export, name="alerts-rules-export"),
    path(f"{rule}/edit", editor.rule_edit, name="alerts-rule-edit"),
    path(f"{rule}/switch", lists.rule_switch, name="alerts-rule-switch"),
    path(f"{rule}/delete", lists.rule_delete, name="alerts-rule-delete"),
]

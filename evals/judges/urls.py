from django.urls import path

from evals.judges.views import editor, evaluator, execution, lists, past, quality, rule

evaluators = "projects/<str:project_id>/evaluators"
one = f"{evaluators}/<str:evaluator_id>"

urlpatterns = [
    path(evaluators, lists.evaluator_list, name="evaluator-list"),
    path(f"{evaluators}/library", editor.evaluator_library, name="evaluator-library"),
    path(f"{evaluators}/new", editor.evaluator_create, name="evaluator-create"),
    path(f"{evaluators}/fields", editor.evaluator_fields, name="evaluator-fields"),
    path(f"{evaluators}/try", editor.evaluator_try, name="evaluator-try"),
    path(f"{evaluators}/pace/<str:connection_id>", lists.evaluator_pace, name="evaluator-pace"),
    path(one, evaluator.evaluator_page, name="evaluator-page"),
    path(f"{one}/version", editor.evaluator_version, name="evaluator-version"),
    path(f"{one}/rule", rule.evaluator_rule, name="evaluator-rule"),
    path(f"{one}/state", evaluator.evaluator_state, name="evaluator-state"),
    path(f"{one}/retry", evaluator.evaluator_retry, name="evaluator-retry"),
    path(f"{one}/delete", evaluator.evaluator_delete, name="evaluator-delete"),
    path(f"{one}/past", past.evaluator_past, name="evaluator-past"),
    path(f"{one}/past/<int:run_id>/cancel", past.past_cancel, name="evaluator-past-cancel"),
    path(f"{one}/quality", quality.evaluator_quality, name="evaluator-quality"),
    path(
        f"{one}/executions/<int:execution_id>",
        execution.execution_page,
        name="evaluator-execution",
    ),
    path(
        f"{one}/executions/<int:execution_id>/retry",
        execution.execution_retry,
        name="evaluator-execution-retry",
    ),
]

"""Celery's part in alert rules."""

from celery import shared_task

from alerts.rules import evaluating

EXPIRES_SECONDS = 60  # what no worker came to is found due again


@shared_task
def look() -> None:
    """Each rule in a task of its own, so that a slow one holds up no other. Runs every 15 s."""
    for rule_id in evaluating.due():
        evaluate_rule.apply_async((rule_id,), expires=EXPIRES_SECONDS)


@shared_task
def evaluate_rule(rule_id: str) -> None:
    """Safe to run twice, also at once."""
    evaluating.evaluate(rule_id)

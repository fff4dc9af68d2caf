"""Making, changing and ending rules. Whoever calls has asked who may. A changed rule begins anew:
its alerts are closed, and no evaluation under the old definition is written any more.
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.incidents import acting
from alerts.incidents.models import MAX_NAME, Incident
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.models import MOST_RULES, Rule
from alerts.rules.stored import written


def made(
    project: Project,
    name: str,
    definition: Definition,
    *,
    author: User | None = None,
    note: str = "",
    runbook_url: str = "",
    ready_made: str = "",
    is_on: bool = True,
) -> Rule:
    """Raises WrongRule where there are too many, or another of this name."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        names = set(Rule.objects.filter(project=project).values_list("name", flat=True))
        if len(names) >= MOST_RULES:
            raise WrongRule(_("A project has at most %(most)s rules.") % {"most": MOST_RULES})
        if name in names:
            raise WrongRule(_("There is a rule of this name already."))
        return Rule.objects.create(
            project=project,
            name=name,
            note=note,
            runbook_url=runbook_url,
            definition=written(definition),
            author=author,
            ready_made=ready_made,
            is_on=is_on,
        )


def free_name(project: Project, wanted: str) -> str:
    """The name, with a number behind it where there is a rule of that name."""
    names = set(Rule.objects.filter(project=project).values_list("name", flat=True))
    name, number = wanted, 1
    while name in names:
        number += 1
        name = f"{wanted[: MAX_NAME - 5]} {number}"
    return name


def describe(rule: Rule, name: str, *, note: str, runbook_url: str) -> None:
    """What it is called and what to do about it: no reason to begin anew. Raises WrongRule."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=rule.project_id)
        others = Rule.objects.filter(project=rule.project_id, name=name).exclude(pk=rule.pk)
        if others.exists():
            raise WrongRule(_("There is a rule of this name already."))
        rule.name, rule.note, rule.runbook_url = name, note, runbook_url
        rule.save(update_fields=("name", "note", "runbook_url", "updated_at"))


def redefine(rule: Rule, definition: Definition, user: User | None = None) -> None:
    _begin_anew(rule, user, definition=written(definition))


def switch(rule: Rule, is_on: bool, user: User | None = None) -> None:
    if rule.is_on != is_on:
        _begin_anew(rule, user, is_on=is_on)


def _begin_anew(rule: Rule, user: User | None, **changes: object) -> None:
    with transaction.atomic():
        Rule.objects.select_for_update().get(pk=rule.pk)
        Rule.objects.filter(pk=rule.pk).update(
            version=F("version") + 1,
            evaluated_until=None,
            failing_since=None,
            last_error="",
            next_at=timezone.now(),
            updated_at=timezone.now(),
            **changes,
        )
        rule.segments.all().delete()
        _close_all(rule, user)
    rule.refresh_from_db()
    rule.__dict__.pop("wanted", None)


def remove(rule: Rule, user: User | None = None) -> None:
    """Its incidents stay, closed."""
    with transaction.atomic():
        Rule.objects.select_for_update().get(pk=rule.pk)
        _close_all(rule, user)
        rule.delete()


def _close_all(rule: Rule, user: User | None) -> None:
    for incident in Incident.objects.filter(rule_id=rule.pk, resolved_at=None):
        acting.close(incident.pk, user)

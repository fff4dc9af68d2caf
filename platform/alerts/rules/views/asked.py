"""Which rule a page is about, and who may change it."""

import time

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from alerts.incidents.models import MAX_ID
from alerts.rules.models import Rule

NS, YEAR = 1_000_000_000, 366 * 86_400


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


def now() -> int:
    """In seconds since 1970: up to when pages look back."""
    return int(time.time())


def until_in(data: QueryDict) -> int | None:
    """`to`, as the links of messages have it, in nanoseconds: the moment up to which a page looks
    back, in seconds. None where it names none of the last year.
    """
    text = data.get("to", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    until, latest = int(text) // NS, now()
    return min(until, latest) if until > latest - YEAR else None


def rule_of(project: Project, rule_id: str) -> Rule:
    if len(rule_id) > MAX_ID or "\0" in rule_id:
        rule_id = ""
    row = get_object_or_404(Rule, pk=rule_id, project_id=project.id)
    row.project = project
    return row

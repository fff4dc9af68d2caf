"""Rules out of a file into a project: first what would come of it, then all of it at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.incidents.models import Incident
from alerts.rules import changing
from alerts.rules.checking import check_answerable, check_named
from alerts.rules.conditions import WrongRule, check
from alerts.rules.editing.sameness import is_same
from alerts.rules.models import Rule
from alerts.rules.prometheus import Looked, Named, looked_at


class Comes(StrEnum):
    MADE = "made"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Planned:
    """What comes of a rule of the file. `closes` are open alerts that its change ends."""

    name: str
    line: int
    comes: Comes
    rule: Named | None = None
    problem: str = ""
    closes: int = 0


def planned(project: Project, text: str) -> list[Planned]:
    """Raises WrongRule where the file as a whole is none."""
    known = {rule.name: rule for rule in Rule.objects.filter(project=project)}
    open_ones: dict[str, int] = {}
    for rule_id in Incident.objects.filter(project=project, resolved_at=None).values_list(
        "rule_id", flat=True
    ):
        open_ones[rule_id] = open_ones.get(rule_id, 0) + 1
    found, names = [], set()
    for one in looked_at(text):
        plan = _plan(project, one, known.get(one.name), open_ones)
        if one.name in names:
            plan = _refused(one, _("The file has another rule of this name."))
        names.add(one.name)
        found.append(plan)
    return found


def _plan(project: Project, one: Looked, rule: Rule | None, open_ones: dict[str, int]) -> Planned:
    named = one.rule
    if named is None:
        return _refused(one, one.problem)
    try:
        check(named.name.isprintable(), _("Visible characters only."))
        check(_is_address(named.runbook_url), _("The runbook is no http or https address."))
        check_answerable(named.definition)
        check_named(project.id, named.definition)
    except WrongRule as error:
        return _refused(one, str(error))
    if rule is None:
        return Planned(one.name, one.line, Comes.MADE, named)
    if _says(rule, named):
        is_described = (rule.note, rule.runbook_url) == (named.note, named.runbook_url)
        return Planned(one.name, one.line, Comes.SAME if is_described else Comes.CHANGED, named)
    return Planned(one.name, one.line, Comes.CHANGED, named, closes=open_ones.get(rule.pk, 0))


def _refused(one: Looked, why: str) -> Planned:
    return Planned(one.name, one.line, Comes.REFUSED, problem=str(why))


def _says(rule: Rule, named: Named) -> bool:
    try:
        return is_same(rule.wanted, named.definition)
    except WrongRule:
        return False


def _is_address(text: str) -> bool:
    try:
        return not text or URLValidator(schemes=("http", "https"))(text) is None
    except ValidationError:
        return False


def carry_out(project: Project, plans: Iterable[Planned], user: User | None) -> None:
    """All that is not refused, or nothing. Raises WrongRule."""
    with transaction.atomic():
        for one in plans:
            if one.rule and one.comes == Comes.MADE:
                changing.made(
                    project,
                    one.name,
                    one.rule.definition,
                    author=user,
                    note=one.rule.note,
                    runbook_url=one.rule.runbook_url,
                )
            elif one.rule and one.comes == Comes.CHANGED:
                _change(project, one.rule, user)


def _change(project: Project, named: Named, user: User | None) -> None:
    rule = Rule.objects.filter(project=project, name=named.name).first()
    if rule is None:
        raise WrongRule(_("Somebody has changed the rules meanwhile: look again."))
    changing.describe(rule, named.name, note=named.note, runbook_url=named.runbook_url)
    if not _says(rule, named):
        changing.redefine(rule, named.definition, user)

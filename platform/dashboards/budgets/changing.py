"""Making, changing and archiving budgets: bounded, and written down."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from dashboards.budgets.models import MOST_BUDGETS, THRESHOLDS, Budget, BudgetChange, Dimension

log = structlog.get_logger(__name__)


class NotPossible(ValueError):
    """The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A budget as somebody wants it, checked."""

    name: str
    amount: Decimal
    dimension: str = str(Dimension.PROJECT)
    metadata_key: str = ""
    value: str = ""
    period: str = "month"
    zone: str = "UTC"
    thresholds: tuple[int, ...] = THRESHOLDS
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class By:
    """Who changes it: a person, or a key."""

    user: User | None = None
    public_key: str = ""


def add(project: Project, wish: Wish, by: By) -> Budget:
    """Raises NotPossible."""
    with transaction.atomic():
        # Two at once are counted one after the other.
        Project.objects.select_for_update().get(pk=project.pk)
        if Budget.objects.filter(project=project).count() >= MOST_BUDGETS:
            words = _("A project has at most %(most)d budgets. Change one that is archived.")
            raise NotPossible(words % {"most": MOST_BUDGETS})
        return _saved(Budget(project=project, author=by.user), wish, by, before=None)


def change(budget: Budget, wish: Wish, by: By) -> Budget:
    with transaction.atomic():
        return _saved(budget, wish, by, before=told(budget))


def archive(budget: Budget, by: By, *, is_archived: bool) -> Budget:
    """An archived budget keeps its settings and counts nothing, until it is restored."""
    return change(budget, Wish(**{**_kept(budget), "is_archived": is_archived}), by)


def _saved(budget: Budget, wish: Wish, by: By, *, before: dict | None) -> Budget:
    for name, value in {**asdict(wish), "thresholds": list(wish.thresholds)}.items():
        setattr(budget, name, value)
    after = told(budget)
    if before == after:
        return budget
    budget.save()
    BudgetChange.objects.create(
        budget=budget, before=before, after=after, user=by.user, public_key=by.public_key
    )
    who = by.user.pk if by.user else by.public_key
    log.info("budget_changed", project=budget.project_id, budget=budget.pk, by=who)
    return budget


def _kept(budget: Budget) -> dict[str, Any]:
    kept = {name: getattr(budget, name) for name in Wish.__dataclass_fields__}
    return {**kept, "thresholds": tuple(budget.thresholds)}


def told(budget: Budget) -> dict[str, Any]:
    """The settings, as they are written down."""
    return {
        **_kept(budget),
        "amount": f"{budget.amount.normalize():f}",
        "thresholds": list(budget.thresholds),
    }

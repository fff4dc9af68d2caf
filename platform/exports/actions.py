"""What else can be done to many traces. Packages that import this one add their own actions when
they start (`AppConfig.ready`); each is then a button above the list, and a run like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django import forms
    from django.utils.safestring import SafeString

    from exports.models import BulkRun
    from traces.queries.trace_row import TraceRow


class TargetForm(Protocol):
    """A Django form that asks what the action is done with: `form(data or None, project=project)`.
    Once it is valid, `target` names it to people, and `options` is JSON that the run keeps. It
    creates nothing, since it may never come to a run: what is new (a dataset, say), `lacking`
    creates. None of its fields is called `q`, `since`, `until`, `all`, `trace`, `tag`, `action` or
    `confirmed`: those are of the page itself.
    """

    fields: dict[str, forms.Field]

    def is_valid(self) -> bool: ...

    def as_div(self) -> SafeString: ...

    @property
    def target(self) -> str: ...

    @property
    def options(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Done:
    """How many traces are now as the action wants them, and why others cannot be: id and reason."""

    changed: int
    refused: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`lacking` says which of the traces a run would change, before it does: those alone are ever
    undone. A worker may be killed at any moment, so that `do` and `undo` may be called twice for
    the same traces. Raise exports.runs.GivenUp(exports.runs.TARGET_GONE) where what the action was
    to be done with is not there any more.
    """

    name: str  # at most 20 characters; kept with every run
    label: Promise  # of the button, and of the run
    icon: str
    text: Promise  # on the page that asks: what will happen
    form: Callable[..., TargetForm]
    lacking: Callable[[BulkRun, Sequence[str]], Collection[str]]
    do: Callable[[BulkRun, list[TraceRow]], Done]
    undo: Callable[[BulkRun, Sequence[str]], None]
    link: Callable[[BulkRun], str]  # the page of what it was done with; "" where it is gone


_actions: dict[str, BulkAction] = {}


def register(action: BulkAction) -> None:
    _actions[action.name] = action


def registered() -> list[BulkAction]:
    return list(_actions.values())


def named(name: str) -> BulkAction | None:
    return _actions.get(name)

"""Where a label is about to move: is its gate open?

The checks run there and then, inside the change that moves the label: what they compare with is
what the label points at, nothing changes in between, and no run can be out of date.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Project
from accounts.roles import Role
from prompts.changes import By, change
from prompts.gates import GateClosed
from prompts.gates.checks import title_of
from prompts.gates.loose import refuse_loose
from prompts.gates.models import Gate
from prompts.gates.results import Report
from prompts.gates.running import gate_of, recorded, run
from prompts.models import Label, LabelMove, Prompt, PromptVersion
from prompts.surviving import numbering_of

MOST_MOVES = 50  # looked through for a version that is still there
SMALL_SHARE = 10  # percent of a label that a split may give to what has no calls to judge by yet


def let_through(prompt: Prompt, label: str, to: PromptVersion, by: By, override: str) -> str:
    """Returns the reason by which the gate was overridden, "" where that was not needed. Raises
    GateClosed, and InvalidComposition where a protected label without a gate would serve what
    others can change.
    """
    gate = gate_of(prompt, label)
    if is_way_back(prompt, label, current_of(prompt, label), to.number):
        return ""
    if gate is None:
        refuse_loose(prompt, label, to)
        return ""
    report = run(gate, prompt, to, compared_with(prompt, label))
    if report.is_open:
        recorded(prompt, report, by, is_move=True)
        return ""
    if not override:
        raise GateClosed(why(report), report)
    if by.role is None or not by.role.includes(Role.ADMIN):
        words = _("Only an admin overrides a gate. %(why)s")
        raise GateClosed(words % {"why": why(report)}, report)
    recorded(prompt, report, by, is_move=True, override=override)
    return override


def let_into_split(
    prompt: Prompt, label: str, to: PromptVersion, by: By, *, is_small: bool
) -> None:
    """Before a version gets a share of a label, or a greater one: every check, but while the share
    is small those of calls, which it is to bring. No gate is overridden for a share. Raises as
    `let_through`.
    """
    gate = gate_of(prompt, label)
    if gate is None:
        refuse_loose(prompt, label, to)
        return
    report = run(gate, prompt, to, compared_with(prompt, label), with_traffic=not is_small)
    if not report.is_open:
        words = _("%(why)s Up to %(share)s percent need no calls yet.")
        told = words % {"why": why(report), "share": SMALL_SHARE}
        raise GateClosed(why(report) if is_small else told, report)
    recorded(prompt, report, by, is_move=True)


def guarded_versions(prompt: Prompt) -> Iterator[tuple[str, PromptVersion]]:
    """Of each label with a gate, the version that the gate would compare with now."""
    gates = Gate.objects.filter(project=prompt.project_id)
    found = gates.filter(Q(prompt=None) | Q(prompt=prompt)).order_by("label")
    for label in found.values_list("label", flat=True).distinct():
        if version := compared_with(prompt, label):
            yield label, version


def current_of(prompt: Prompt, label: str) -> PromptVersion | None:
    found = Label.objects.filter(prompt=prompt, name=label).select_related("version__prompt")
    pointing = found.first()
    return pointing.version if pointing else None


def compared_with(prompt: Prompt, label: str) -> PromptVersion | None:
    """What the label points at, or pointed at last: else taking it away and setting it anew would
    be a way around the checks that compare.
    """
    if current := current_of(prompt, label):
        return current
    moves = LabelMove.objects.filter(prompt=prompt, label=label)[:MOST_MOVES]
    numbers = [number for move in moves for number in (move.after, move.before) if number]
    there = prompt.versions.filter(number__in=numbers).select_related("prompt")
    by_number = {version.number: version for version in there}
    return next((by_number[number] for number in numbers if number in by_number), None)


def is_way_back(prompt: Prompt, label: str, current: PromptVersion | None, number: int) -> bool:
    """Whether the label would go back to where it was just before: in an emergency nothing stands
    in the way of that. To go forth once more is no way back.
    """
    moves = list(LabelMove.objects.filter(prompt=prompt, label=label)[:2])
    if not moves or current is None:
        return False
    last = moves[0]
    went_back = len(moves) == 2 and (last.before, last.after) == (moves[1].after, moves[1].before)
    return last.after == current.number and last.before == number and not went_back


def why(report: Report) -> str:
    """What is closed, and what to do, in the language of whoever asked."""
    told = " ".join(
        f"{title_of(result.key)} ({result.key}): {result.said.rstrip('.')}."
        for result in report.closed
    )
    words = _(
        "The gate of “%(label)s” is closed for version %(number)s. %(told)s Change the version, or "
        "have an admin override the gate with a reason."
    )
    return words % {"label": report.label, "number": report.number, "told": told}


@contextmanager
def refusals_kept(project: Project, name: str, by: By) -> Iterator[None]:
    """Around a change: a run that closed the gate is kept though nothing else of the change is."""
    try:
        yield
    except GateClosed as closed:
        keep_refusal(project, name, closed.report, by)
        raise


def keep_refusal(project: Project, name: str, report: Report, by: By) -> None:
    """After the change was taken back, and with it the prompt, where it was to be a new one."""
    found = Prompt.objects.filter(project=project, name=name)
    if prompt := found.first():
        recorded(prompt, report, by, is_move=True)
        return
    with change(project):
        recorded(found.first() or numbering_of(project, name), report, by, is_move=True)

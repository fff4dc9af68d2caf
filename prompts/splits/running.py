"""Starting, changing and stopping splits. Whoever calls has asked who may see the prompt."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from prompts import labels
from prompts.changes import By, change
from prompts.gates import closing
from prompts.models import Prompt, PromptVersion
from prompts.names import label_name
from prompts.splits import buckets
from prompts.splits.kinds import StepKind
from prompts.splits.models import Canary, Split
from prompts.splits.steps import note

MOST_STEPS = 10
MOST_MINUTES = 7 * 24 * 60
MOST_CALLS = 1_000_000


class InvalidSplit(ValueError):
    """The message says what is wrong and what to do."""


class Over(ValueError):
    """The split has ended, or gone on, since it was looked at."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a canary widens, and what must hold: limits by the guard's key."""

    steps: tuple[int, ...] = (5, 20, 50, 100)
    least_minutes: int = 30
    least_calls: int = 50
    guards: Mapping[str, float] = field(default_factory=dict)
    score: str = ""


def start(prompt: Prompt, label: str, shares: Mapping[int, int], by: By) -> Split:
    """Serve the label's versions by these shares (percent by number) from now on. The one that the
    label points at must have one. Raises InvalidName, InvalidShares, InvalidSplit, Protected,
    GateClosed.
    """
    shares = buckets.checked_shares(shares)
    with closing.refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        split = _begin(prompt, label, shares, by)
        note(split, StepKind.STARTED, by)
    return split


def start_canary(prompt: Prompt, label: str, candidate: int, plan: Plan, by: By) -> Split:
    """Serve the candidate to the first step's share, and to more as long as all is well. Raises
    the same as `start`.
    """
    check_plan(plan)
    with closing.refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        base = labels.number_of(prompt, label)
        if base == candidate:
            words = _("“%(label)s” points at version %(number)s already.")
            raise InvalidSplit(words % {"label": label, "number": candidate})
        first = plan.steps[0]
        shares = {base: buckets.PERCENT - first, candidate: first} if base else {candidate: first}
        split = _begin(prompt, label, shares, by)
        Canary.objects.create(
            split=split,
            candidate=candidate,
            steps=list(plan.steps),
            step_at=split.started_at,
            least_minutes=plan.least_minutes,
            least_calls=plan.least_calls,
            guards=dict(plan.guards),
            score=plan.score,
        )
        note(split, StepKind.STARTED, by)
    return split


def check_plan(plan: Plan) -> None:
    steps = plan.steps
    if not 2 <= len(steps) <= MOST_STEPS or steps[-1] != buckets.PERCENT or steps[0] < 1:
        words = _("A canary has 2 to %(most)s steps; the last one is 100 percent.")
        raise InvalidSplit(words % {"most": MOST_STEPS})
    if any(later <= earlier for earlier, later in pairwise(steps)):
        raise InvalidSplit(_("Each step of a canary is wider than the one before."))
    if not 1 <= plan.least_minutes <= MOST_MINUTES:
        words = _("A step lasts 1 to %(most)s minutes.")
        raise InvalidSplit(words % {"most": f"{MOST_MINUTES:,}"})
    if not 1 <= plan.least_calls <= MOST_CALLS:
        words = _("A step asks for 1 to %(most)s calls.")
        raise InvalidSplit(words % {"most": f"{MOST_CALLS:,}"})
    if not plan.guards:
        raise InvalidSplit(_("A canary needs one guard or more: without, nothing would stop it."))
    if "score_fall" in plan.guards and not plan.score:
        raise InvalidSplit(_("Name the score that must not fall."))


def _begin(prompt: Prompt, label: str, shares: Mapping[int, int], by: By) -> Split:
    """Inside a change."""
    name = label_name(label)
    labels.refuse_unless_allowed(prompt, name, by)
    base = labels.number_of(prompt, name)
    if base is None:
        words = _("“%(label)s” points at no version yet. Promote one first.")
        raise InvalidSplit(words % {"label": name})
    if base not in shares:
        words = _("Version %(number)s, which “%(label)s” points at, must have a share.")
        raise InvalidSplit(words % {"number": base, "label": name})
    if Split.objects.filter(prompt=prompt, label=name, ended_at=None).exists():
        words = _("“%(label)s” is split already. Stop that split first.")
        raise InvalidSplit(words % {"label": name})
    _check_versions(prompt, name, base, shares, {}, by)
    split = Split.objects.create(
        prompt=prompt,
        label=name,
        base=base,
        salt=secrets.token_hex(8),
        buckets=buckets.filled(shares),
        started_by=by.user,
        role=by.role or "",
    )
    return split


def _check_versions(
    prompt: Prompt,
    label: str,
    base: int,
    shares: Mapping[int, int],
    before: Mapping[int, int],
    by: By,
) -> None:
    """All are there, and for each that gets more than `before`, but for the base, the label's gate
    is open: as far as it can be before there are calls, while the base keeps all but a small share.
    """
    is_small = buckets.PERCENT - shares[base] <= closing.SMALL_SHARE
    found = {one.number: one for one in prompt.versions.filter(number__in=shares)}
    for number in sorted(shares):
        if number not in found:
            words = _("“%(name)s” has no version %(number)s.")
            raise InvalidSplit(words % {"name": prompt.name, "number": number})
        if number != base and shares[number] > before.get(number, 0):
            closing.let_into_split(prompt, label, found[number], by, is_small=is_small)


def change_shares(split: Split, shares: Mapping[int, int], by: By) -> None:
    """Other shares for the same or other versions; a canary's are its own to change. Whoever had a
    version that grows keeps it. Raises Over, and the same as `start`.
    """
    shares = buckets.checked_shares(shares)
    prompt = split.prompt
    with closing.refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        running = _running(split)
        labels.refuse_unless_allowed(prompt, running.label, by)
        if running.is_canary:
            raise InvalidSplit(
                _("A canary changes its shares by itself. Stop it to split by hand.")
            )
        if running.base not in shares:
            words = _("Version %(number)s must have a share: the label is there.")
            raise InvalidSplit(words % {"number": running.base})
        if shares == running.shares:
            return
        _check_versions(prompt, running.label, running.base, shares, running.shares, by)
        set_shares(running, shares)
        note(running, StepKind.CHANGED, by)


def stop(split: Split, keep: int, by: By, *, reason: str = "", override: str = "") -> None:
    """From now on everybody gets the version `keep`, and the label points at it. Raises Over,
    Protected, GateClosed.
    """
    prompt = split.prompt
    with closing.refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        running = _running(split)
        labels.refuse_unless_allowed(prompt, running.label, by)
        version = prompt.versions.filter(number=keep).first()
        if version is None or (keep not in running.shares and keep != running.base):
            words = _("Version %(number)s is not in this split.")
            raise InvalidSplit(words % {"number": keep})
        end(running, StepKind.STOPPED, version, by, reason=reason, override=override)


def end(
    split: Split,
    kind: StepKind,
    version: PromptVersion,
    by: By,
    *,
    reason: str = "",
    override: str = "",
    findings: dict | None = None,
) -> None:
    """Inside a change. The label moves if it points elsewhere."""
    split.ended_at = timezone.now()
    split.save(update_fields=("ended_at",))
    shares = {version.number: buckets.PERCENT}
    note(split, kind, by, shares=shares, reason=reason, findings=findings)
    labels.point(split.prompt, split.label, version, by, note=reason, override=override)


def set_shares(split: Split, shares: Mapping[int, int]) -> None:
    split.buckets = buckets.moved(split.buckets, shares)
    split.save(update_fields=("buckets",))


def _running(split: Split) -> Split:
    """As it is now, under the change's lock."""
    found = Split.objects.filter(pk=split.pk, ended_at=None).select_related("canary").first()
    if found is None:
        raise Over(_("The split has ended meanwhile. Look again."))
    found.prompt = split.prompt
    return found

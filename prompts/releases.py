"""Where labels point, where they pointed before, and what a move of one would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from accounts.roles import Role
from prompts.composition import InvalidComposition, resolved
from prompts.diff import Comparison, Side, compared
from prompts.gates.models import Gate
from prompts.models import Label, LabelMove, Prompt, PromptVersion, ProtectedLabel
from prompts.splits.models import Split
from prompts.traffic import Traffic, today

MOST_MOVES = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """A label of a prompt: where it points, its last move, who may move it, what guards it, and
    between which versions it is split at the time.
    """

    name: str
    number: int | None
    last: LabelMove | None
    protection: ProtectedLabel | None
    has_gate: bool = False
    split: Split | None = None

    @property
    def back_to(self) -> int | None:
        """The version that it pointed at before its last move. A label that was new then has no
        way back: it is taken away.
        """
        return self.last.before if self.last and self.last.after == self.number else None

    @property
    def split_words(self) -> str:
        shares = self.split.shares if self.split else {}
        return " · ".join(f"v{number} {share} %" for number, share in sorted(shares.items()))

    def may_be_moved_by(self, role: Role | None) -> bool:
        if self.protection is None:
            return True
        return role is not None and role.includes(Role(self.protection.least_role))


@dataclass(frozen=True, slots=True)
class Change:
    """What promoting `after` means for those who ask by the label. `before` None: it is new."""

    before: PromptVersion | None
    after: PromptVersion
    comparison: Comparison
    traffic: Traffic | None

    @property
    def cost_a_day(self) -> Decimal | None:
        return self.traffic.cost_of(self.comparison.tokens) if self.traffic else None

    @property
    def size_a_day(self) -> Decimal | None:
        """Without its sign."""
        return None if self.cost_a_day is None else abs(self.cost_a_day)


def standing(prompt: Prompt, label: str) -> Standing:
    return _standings(prompt, [label])[0]


def standings(prompt: Prompt) -> list[Standing]:
    """Of all labels that point somewhere, and of those that were taken away last."""
    pointing = set(Label.objects.filter(prompt=prompt).values_list("name", flat=True))
    ended = {label for label, move in _last_moves(prompt).items() if move.after is None}
    found = _standings(prompt, sorted(pointing | ended))
    there = [one.back_to for one in found if one.number is None]
    kept = set(prompt.versions.filter(number__in=there).values_list("number", flat=True))
    return [one for one in found if one.number is not None or one.back_to in kept]


def _standings(prompt: Prompt, names: Sequence[str]) -> list[Standing]:
    """A few queries, however many labels."""
    labels = Label.objects.filter(prompt=prompt, name__in=names)
    numbers = dict(labels.values_list("name", "version__number"))
    last = _last_moves(prompt, names)
    protected = ProtectedLabel.objects.filter(project=prompt.project_id, name__in=names)
    protections = {one.name: one for one in protected}
    gates = Gate.objects.filter(project=prompt.project_id, label__in=names)
    gated = set(gates.filter(Q(prompt=None) | Q(prompt=prompt)).values_list("label", flat=True))
    running = Split.objects.filter(prompt=prompt, label__in=names, ended_at=None)
    splits = {one.label: one for one in running}
    return [
        Standing(
            name,
            numbers.get(name),
            last.get(name),
            protections.get(name),
            name in gated,
            splits.get(name),
        )
        for name in names
    ]


def _last_moves(prompt: Prompt, names: Sequence[str] | None = None) -> dict[str, LabelMove]:
    moves = LabelMove.objects.filter(prompt=prompt).order_by("label", "-at", "-pk")
    if names is not None:
        moves = moves.filter(label__in=names)
    return {move.label: move for move in moves.distinct("label").select_related("user")}


def moves(prompt: Prompt) -> list[LabelMove]:
    """The latest of all labels, the newest first."""
    return list(prompt.moves.select_related("user")[:MOST_MOVES])


def change_to(prompt: Prompt, before: int | None, after: PromptVersion) -> Change:
    old = prompt.versions.filter(number=before).first() if before is not None else None
    if old is not None:
        old.prompt = prompt
    return Change(
        old, after, compared(side_of(old), side_of(after)), today(prompt.project_id, prompt.name)
    )


def side_of(version: PromptVersion | None) -> Side:
    """Nothing at all where there is no version. What cannot be resolved counts as written."""
    if version is None:
        return Side("", {}, "")
    try:
        whole = resolved(version.prompt.project_id, version).body
    except InvalidComposition:
        whole = version.body
    return Side(version.body, version.config, whole)

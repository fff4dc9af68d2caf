"""What a held label's version includes and others can change: a hole in the fence.

A label is held by its gate, and by the role that may move it. What its version includes by
`latest`, or by a label that is held less, changes what the label serves without asking anybody.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.roles import Role
from prompts.composition import (
    MOST_DEPTH,
    InvalidComposition,
    Wanted,
    references_in,
    versions_wanted,
)
from prompts.gates.models import Gate
from prompts.models import Prompt, PromptVersion, ProtectedLabel
from prompts.names import LATEST


@dataclass(frozen=True, slots=True)
class Holds:
    """A project's protections and gates."""

    roles: dict[str, Role]  # by label
    gated: frozenset[tuple[str | None, str]]  # the prompt's name (None: every prompt) and the label

    @classmethod
    def of(cls, project_id: str) -> "Holds":
        protections = ProtectedLabel.objects.filter(project=project_id)
        gates = Gate.objects.filter(project=project_id).order_by()
        return cls(
            {name: Role(role) for name, role in protections.values_list("name", "least_role")},
            frozenset(gates.values_list("prompt__name", "label")),
        )

    def has_gate(self, name: str, label: str) -> bool:
        return (name, label) in self.gated or (None, label) in self.gated

    def is_held(self, name: str, label: str) -> bool:
        return label in self.roles or self.has_gate(name, label)

    def is_held_as_well(self, want: Wanted, name: str, label: str) -> bool:
        """Whether what is wanted changes by no fewer leaves than the label of the prompt `name`. To
        be moved by admins only is as good as a gate: they may override one.
        """
        if want.number is not None:
            return True
        if want.label == LATEST:
            return False
        ours, theirs = self.roles.get(label), self.roles.get(want.label)
        if ours is not None and (theirs is None or not theirs.includes(ours)):
            return False
        is_for_admins = theirs is not None and theirs.includes(Role.ADMIN)
        return (
            not self.has_gate(name, label) or self.has_gate(want.name, want.label) or is_for_admins
        )


def loose(prompt: Prompt, label: str, version: PromptVersion) -> list[Wanted]:
    """Those of the version's includes, and of theirs, that are held less than the label."""
    wanting = set(references_in(version.body))
    holds = Holds.of(prompt.project_id) if wanting else None
    if holds is None or not holds.is_held(prompt.name, label):
        return []
    seen: set[Wanted] = set()
    for _level in range(MOST_DEPTH):
        if not wanting:
            break
        seen |= wanting
        found = versions_wanted(prompt.project_id, wanting).values()
        wanting = {want for one in found for want in references_in(one.body)} - seen
    less = [want for want in seen if not holds.is_held_as_well(want, prompt.name, label)]
    return sorted(less, key=str)


def refuse_loose(prompt: Prompt, label: str, version: PromptVersion) -> None:
    """Raises InvalidComposition."""
    if found := loose(prompt, label, version):
        words = _(
            "“%(label)s” is protected, and version %(number)s includes what others can change: "
            "%(loose)s. Include it by version, or by a label that is protected as well."
        )
        told = ", ".join(map(str, found))
        raise InvalidComposition(words % {"label": label, "number": version.number, "loose": told})

"""A promotion as pages and the admin ask for it: what is asked, what it would change, and why it
was refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from accounts.roles import Role
from prompts import labels, listing, releases
from prompts.changes import By
from prompts.composition import InvalidComposition
from prompts.diff import inline
from prompts.finding import number_in, version_of
from prompts.forms import PromotionForm, checked
from prompts.gates import GateClosed
from prompts.gates.results import Report
from prompts.gates.state import gate_state
from prompts.including import StillIncluded
from prompts.labels import Moved, Protected
from prompts.models import Prompt, PromptVersion
from prompts.names import LATEST, PRODUCTION, label_name

REFUSALS = (Moved, Protected, InvalidComposition, StillIncluded, GateClosed)


class Refused(ValueError):
    """Nothing was moved, and why; `report` is what the gate found where that closed."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


@dataclass(slots=True)
class Asked:
    """Which label is to point at which version, as the address or the form says."""

    prompt: Prompt
    label: str
    version: PromptVersion
    seen: int | None
    form: PromotionForm
    is_inline: bool
    refused: Refused | None = None

    @classmethod
    def of(cls, request: HttpRequest, prompt: Prompt) -> Self:
        """`label` (production), `version` (the newest), `seen`, `view`. A label that is none is
        refused at once, and so is a version that there is not.
        """
        said = request.POST or request.GET
        refused = None
        try:
            label = checked(label_name, said.get("label", "").strip() or PRODUCTION)
        except ValidationError as error:
            label, refused = PRODUCTION, Refused(error.messages[0])
        try:
            version = version_of(prompt, said.get("version", ""))
        except Http404:
            version = version_of(prompt, "")
            words = _("There is no version %(number)s. Shown is the newest.")
            refused = refused or Refused(words % {"number": said["version"][:20]})
        return cls(
            prompt,
            label,
            version,
            number_in(said.get("seen", "")),
            PromotionForm(request.POST or None),
            request.GET.get("view") == "inline",
            refused,
        )

    def context(self, role: Role | None) -> dict[str, Any]:
        """What the page shows to somebody of this role: how things stand now."""
        state = releases.standing(self.prompt, self.label)
        change = releases.change_to(self.prompt, state.number, self.version)
        newest = self.prompt.versions.order_by("-number").values_list("number", flat=True).first()
        query = {"name": self.prompt.name, "label": self.label, "version": self.version.number}
        return {
            "prompt": self.prompt,
            "version": self.version,
            "label": self.label,
            "labels": choices(self.prompt, self.label),
            "state": state,
            "change": change,
            "lines": inline(change.comparison.text.rows),
            "view_query": urlencode(query),
            "is_inline": self.is_inline,
            "may_move": state.may_be_moved_by(role),
            "may_override": role is not None and role.includes(Role.ADMIN),
            "gate": gate_state(self.prompt, self.label, self.version),
            "form": self.form,
            "refused": self.refused,
            "newest": newest,
        }


def choices(prompt: Prompt, label: str) -> list[str]:
    """Labels to promote to, production first."""
    names = {PRODUCTION, "staging", label, *listing.labels_of(prompt.project_id)}
    return sorted(names - {LATEST}, key=lambda name: (name != PRODUCTION, name))


def promote(asked: Asked, by: By) -> None:
    """Raises Refused."""
    if asked.refused:
        raise asked.refused
    said = asked.form.cleaned_data
    move(
        asked.prompt,
        asked.label,
        asked.version,
        by,
        note=said["note"],
        override=said["override"],
        seen=asked.seen,
    )


def move(prompt: Prompt, label: str, to: PromptVersion | None, by: By, **told: Any) -> None:
    """As labels.move, with every refusal as Refused."""
    try:
        labels.move(prompt, label, to, by, **told)
    except REFUSALS as error:
        report = error.report if isinstance(error, GateClosed) else None
        raise Refused(str(error), report) from error


def go_back(prompt: Prompt, said: Mapping[str, str], by: By) -> str:
    """The label goes to where it pointed before its last move, unless somebody else moved it since.
    Returns what to say; raises Refused, and Http404 where there is no move to take back.
    """
    label = said.get("label", "").replace("\0", "")
    state = releases.standing(prompt, label)
    if state.back_to is None:
        raise Http404("There is no move to take back.")
    version = prompt.versions.filter(number=state.back_to).first()
    if version is None:
        words = _("Version %(number)s, which “%(label)s” pointed at before, is deleted.")
        raise Refused(words % {"number": state.back_to, "label": label})
    note = _("Back from version %(number)s") % {"number": state.number} if state.number else ""
    move(prompt, label, version, by, note=note, seen=number_in(said.get("seen", "")))
    words = _("“%(label)s” is back at version %(number)s.")
    return words % {"label": label, "number": version.number}

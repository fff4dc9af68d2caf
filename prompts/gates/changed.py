"""The record of what becomes of gates' settings: who weakens a gate is known afterwards."""

from typing import Any

import structlog

from accounts.models import Project
from prompts.changes import By
from prompts.gates.models import GateChange
from prompts.models import Prompt

log = structlog.get_logger(__name__)


def note(
    project: Project,
    prompt: Prompt | None,
    label: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: By,
) -> None:
    """Inside the transaction that changes the gate; nothing where it stays as it is. None where
    there was no gate before, or is none after.
    """
    if before == after:
        return
    name = prompt.name if prompt else ""
    GateChange.objects.create(
        project=project, prompt_name=name, label=label, before=before, after=after, user=by.user
    )
    log.info(
        "gate_changed",
        project=project.id,
        prompt=name,
        label=label,
        user=by.user.pk if by.user else None,
        before=before,
        after=after,
    )

"""The record of what becomes of a split."""

from collections.abc import Mapping
from typing import Any

import structlog

from prompts import announcing
from prompts.changes import By
from prompts.splits.kinds import StepKind
from prompts.splits.models import Split, SplitStep

log = structlog.get_logger(__name__)


def note(
    split: Split,
    kind: StepKind,
    by: By | None,
    *,
    shares: Mapping[int, int] | None = None,
    reason: str = "",
    findings: dict[str, Any] | None = None,
) -> None:
    """Kept, and told to webhooks, in the transaction that makes it. `by` is None where the canary
    itself did it.
    """
    step = SplitStep.objects.create(
        split=split,
        kind=kind,
        shares=dict(split.shares if shares is None else shares),
        reason=reason,
        findings=findings or {},
        user=by.user if by else None,
    )
    announcing.split_changed(step, by)
    log.info(
        "split_changed",
        project=split.prompt.project_id,
        split=split.pk,
        kind=str(kind),
        shares=step.shares,
    )

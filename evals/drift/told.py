"""Who is told of a drift. Packages to the right add themselves when they are ready."""

from collections.abc import Callable

import structlog

from evals.drift.models import DriftVerdict

when_drifted: list[Callable[[DriftVerdict], None]] = []
log = structlog.get_logger(__name__)


def tell(verdict_id: str) -> None:
    """After the verdict was committed. One that fails keeps the others from nothing."""
    verdict = DriftVerdict.objects.select_related("monitor").filter(pk=verdict_id).first()
    if verdict is None:
        return
    for listener in when_drifted:
        try:
            listener(verdict)
        except Exception:
            log.exception("drift_not_acted_on", verdict=verdict_id, listener=listener.__module__)

"""How much a monitor would compare, before it is kept. Without numpy: a page waits."""

from datetime import datetime

from evals.drift.models import DriftMonitor
from evals.drift.of_dataset import values_of
from evals.drift.sampling import draw_of
from evals.drift.starting import baseline_of
from evals.drift.windows import BaselineKind, windows
from traces.queries.drift_samples import MOST, how_many


def sizes(monitor: DriftMonitor, *, now: datetime) -> tuple[int, int]:
    """Values of the reference and of the current window, also of a monitor that is not stored; of
    texts all that are there. Raises InvalidMonitor, InvalidBaseline, Unavailable.
    """
    baseline = baseline_of(monitor, now)
    times = windows(baseline, now=now)
    current = how_many(draw_of(monitor, [times.current], most=MOST))
    if baseline.kind is BaselineKind.DATASET:
        return len(values_of(monitor, baseline.dataset, most=MOST)), current
    return how_many(draw_of(monitor, times.reference, most=MOST)), current

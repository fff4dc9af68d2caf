"""What can be done about a drift, one module each; `DOERS` is all of them."""

from evals.drift.acting.kinds import dataset, evaluation, experiment, queue, rollback
from evals.drift.acting.kinds.doing import Doer
from evals.drift.acting.models import Kind

DOERS: dict[str, Doer] = {
    str(Kind.DATASET): dataset.do,
    str(Kind.QUEUE): queue.do,
    str(Kind.EVALUATION): evaluation.do,
    str(Kind.EXPERIMENT): experiment.do,
    str(Kind.ROLLBACK): rollback.do,
}

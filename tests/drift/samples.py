"""Samples that need no random numbers, and the ways to ask every method."""

from typing import Any

import numpy as np
from scipy import stats

from evals.drift.methods import METHODS, Kind, Method
from evals.drift.statistics.measuring import of_categories, of_numbers
from evals.drift.statistics.samples import Measured

GRID = stats.norm.ppf((np.arange(1, 501) - 0.5) / 500)
SHARES_BEFORE = ["a"] * 50 + ["b"] * 30 + ["c"] * 20
SHARES_SINCE = ["a"] * 40 + ["b"] * 30 + ["c"] * 30
ALL = [
    *((Kind.NUMERIC, method) for method in METHODS[Kind.NUMERIC]),
    *((Kind.CATEGORICAL, method) for method in METHODS[Kind.CATEGORICAL]),
]


def measured(kind: Kind, method: Method, reference: Any, current: Any) -> Measured:
    return (of_numbers if kind is Kind.NUMERIC else of_categories)(method, reference, current)

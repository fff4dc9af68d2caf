"""What doing something is given and says."""

from collections.abc import Callable
from dataclasses import dataclass

from evals.drift.acting.models import ActionRun


@dataclass(frozen=True, slots=True)
class Did:
    """`said` is for people; `address` is the page of what was made, empty where there is none."""

    said: str
    address: str = ""


class Undoable(ValueError):
    """It cannot be done, now or later. The message says why and what to do."""


# Done twice it is as if done once. Raises Undoable, NoSlice, and what the store raises.
Doer = Callable[[ActionRun], Did]

"""What changed when calls began to take more input: whatever most calls have now, and hardly any
had before. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# In this order: the nearest to the text of the input first.
PROMPT_VERSION, MODEL, RELEASE, VERSION = "prompt_version", "model", "release", "version"
KINDS = (PROMPT_VERSION, MODEL, RELEASE, VERSION)
LEAST_SHIFT = 0.5  # of all calls


@dataclass(frozen=True, slots=True)
class Cause:
    """`before` and `after` are what most calls had; `share` is how many of those after it have
    `after`, and `share_before` how many had it before.
    """

    kind: str
    before: str
    after: str
    share_before: float
    share: float


def causes(
    before: Sequence[Mapping], after: Sequence[Mapping], kinds: Iterable[str] = KINDS
) -> list[Cause]:
    """Rows have a value for each kind and `calls`. Nothing found: nothing that is recorded
    changed.
    """
    found = (_cause(kind, _calls(before, kind), _calls(after, kind)) for kind in kinds)
    return [one for one in found if one]


def _calls(rows: Sequence[Mapping], kind: str) -> Counter:
    counted: Counter = Counter()
    for row in rows:
        counted[row[kind]] += row["calls"]
    return counted


def _cause(kind: str, before: Counter, after: Counter) -> Cause | None:
    if not before.total() or not after.total():
        return None
    most, calls = after.most_common(1)[0]
    share, share_before = calls / after.total(), before[most] / before.total()
    if share - share_before < LEAST_SHIFT:
        return None
    return Cause(kind, before.most_common(1)[0][0], most, share_before, share)

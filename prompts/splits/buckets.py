"""Who gets which version. Pure.

A split has a hundred buckets, one for each percent, and each belongs to a version. A unit (a user,
a session) falls into one bucket for as long as the split lasts.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

PERCENT = 100
FEWEST_VERSIONS, MOST_VERSIONS = 2, 5


class InvalidShares(ValueError):
    """The message says what is wrong with the shares."""


def checked_shares(shares: Mapping[int, int]) -> dict[int, int]:
    """Raises InvalidShares unless these are 2 to 5 versions that share all of a hundred percent."""
    if not FEWEST_VERSIONS <= len(shares) <= MOST_VERSIONS:
        words = _("A split has %(fewest)s to %(most)s different versions.")
        raise InvalidShares(words % {"fewest": FEWEST_VERSIONS, "most": MOST_VERSIONS})
    if any(share < 1 for share in shares.values()):
        raise InvalidShares(_("Every version of a split has a share of 1 percent or more."))
    if (total := sum(shares.values())) != PERCENT:
        words = _("The shares must make 100 percent together; these make %(total)s.")
        raise InvalidShares(words % {"total": total})
    return dict(shares)


def shares_of(buckets: Sequence[int]) -> dict[int, int]:
    """Percent by version, in the order of the versions."""
    return dict(sorted(Counter(buckets).items()))


def filled(shares: Mapping[int, int]) -> list[int]:
    """The buckets of a new split."""
    return [number for number, share in shares.items() for _percent in range(share)]


def moved(buckets: Sequence[int], shares: Mapping[int, int]) -> list[int]:
    """The buckets with other shares, where as few as can be change hands: a version that grows
    keeps all that it had, one that shrinks gets none that it had not.
    """
    left = Counter(buckets)
    kept: list[int | None] = list(buckets)
    for place in reversed(range(len(kept))):
        number = buckets[place]
        if left[number] > shares.get(number, 0):
            left[number] -= 1
            kept[place] = None
    wanting = [
        number
        for number, share in shares.items()
        for _percent in range(share - left.get(number, 0))
    ]
    rest = iter(wanting)
    return [next(rest) if number is None else number for number in kept]


def bucket_of(salt: str, unit: str) -> int:
    """The same for the same unit, in every process and for ever; without one, any."""
    if not unit:
        return secrets.randbelow(PERCENT)
    digest = hashlib.sha256(f"{salt}\0{unit}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % PERCENT


def version_for(buckets: Sequence[int], salt: str, unit: str) -> int:
    return buckets[bucket_of(salt, unit)]

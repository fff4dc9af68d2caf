"""What the advice assumes, as people may change it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECOND = 1_000_000_000
LIVES: dict[str, tuple[int, Promise]] = {
    "5m": (300 * SECOND, _("5 minutes")),
    "1h": (3600 * SECOND, _("1 hour")),
    "24h": (86_400 * SECOND, _("24 hours")),
}
MAX_MODEL = 200


@dataclass(frozen=True, slots=True)
class Assumptions:
    """`cache` is how long an answer may be given again, `prefix` how long a provider keeps a
    beginning; `trim` is the share of the constant beginning that can go, in percent; `busy` is how
    many calls an hour make a batch; `model` is one more to compare with.
    """

    cache: str = "1h"
    prefix: str = "5m"
    trim: int = 25
    busy: int = 20
    model: str = ""

    @property
    def cache_words(self) -> Promise:
        return LIVES[self.cache][1]

    @property
    def prefix_words(self) -> Promise:
        return LIVES[self.prefix][1]

    @property
    def cache_life(self) -> int:
        return LIVES[self.cache][0]

    @property
    def prefix_life(self) -> int:
        return LIVES[self.prefix][0]


def assumptions_in(query: Mapping[str, str]) -> tuple[Assumptions, list[str]]:
    """What makes no sense is passed over, and named."""
    usual, wrong = Assumptions(), []
    said: dict = {}
    for name in ("cache", "prefix"):
        given = query.get(name, "") or getattr(usual, name)
        said[name] = given if given in LIVES else getattr(usual, name)
        wrong += [] if given in LIVES else [name]
    for name, low, high in (("trim", 0, 100), ("busy", 1, 1_000_000)):
        given = query.get(name, "") or str(getattr(usual, name))
        is_good = given.isascii() and given.isdigit() and len(given) < 8
        is_good = is_good and low <= int(given) <= high
        said[name] = int(given) if is_good else getattr(usual, name)
        wrong += [] if is_good else [name]
    model = query.get("model", "").strip()
    said["model"] = model if model.isprintable() and len(model) <= MAX_MODEL else ""
    wrong += ["model"] if said["model"] != model else []
    return Assumptions(**said), wrong

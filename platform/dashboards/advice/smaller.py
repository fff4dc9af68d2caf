"""Smaller models of the same family, by the names that providers give them. Pure."""

from pricing.matching import spellings

# From large to small, as parts of a name between hyphens.
LADDERS = (
    ("opus", "sonnet", "haiku"),
    ("pro", "flash", "flash-lite"),
    ("large", "medium", "small"),
    ("premier", "pro", "lite", "micro"),
    ("405b", "70b", "8b"),
)
SUFFIXES = ("mini", "nano")  # of what has none


def smaller_names(model: str) -> list[str]:
    """The names that smaller siblings of the model would have, the next one first; whether there
    are such models is for the price table to say.
    """
    found: dict[str, None] = {}
    for name in spellings(model.strip().lower()):
        for one in _on_ladders(name):
            found[one] = None
        for one in _with_suffix(name):
            found[one] = None
    found.pop(model.strip().lower(), None)
    return list(found)


def _on_ladders(name: str) -> list[str]:
    for ladder in LADDERS:
        # The longest part first, so that flash-lite is not taken for flash.
        for at in sorted(range(len(ladder)), key=lambda n: -len(ladder[n])):
            if f"-{ladder[at]}-" in f"-{name}-":
                return [
                    f"-{name}-".replace(f"-{ladder[at]}-", f"-{lower}-")[1:-1]
                    for lower in ladder[at + 1 :]
                ]
    return []


def _with_suffix(name: str) -> list[str]:
    if name.endswith(f"-{SUFFIXES[1]}"):
        return []
    if name.endswith(f"-{SUFFIXES[0]}"):
        return [f"{name.removesuffix(SUFFIXES[0])}{SUFFIXES[1]}"]
    return [f"{name}-{suffix}" for suffix in SUFFIXES]

"""The tables of all nouns compiled into one: an attribute's key → the heap it goes to and the nouns
that want to see it.
"""

from ingest.mapping import (
    calls,
    content,
    cost,
    experiments,
    groups,
    identity,
    limits,
    metadata,
    model,
    outcome,
    tools,
    types,
    usage,
)
from ingest.mapping.groups import CONTENT, KNOWN, OTHER

IDENTITY, OUTCOME, TYPE, MODEL, USAGE, COST, CONTENT_NOUN, TOOLS, METADATA, EXPERIMENTS, NAME = (
    1 << bit for bit in range(11)
)
NOUNS = (
    (IDENTITY, identity),
    (OUTCOME, outcome),
    (MODEL, model),
    (USAGE, usage),
    (USAGE, calls),
    (COST, cost),
    (CONTENT_NOUN, content),
    (TOOLS, tools),
    (METADATA, metadata),
    (EXPERIMENTS, experiments),
)
OF_CALLS = USAGE | COST | NAME  # what a span that sums up its children may not claim

Route = tuple[int, str, int]  # heap, name within the heap, nouns
REMEMBERED = 10_000  # keys that no table names; they repeat from span to span
REMEMBERED_CHARACTERS = 128


def _compiled() -> dict[str, Route]:
    nouns: dict[str, int] = dict.fromkeys(types.KEYS, TYPE)
    for bit, noun in NOUNS:
        for key in noun.KEYS:
            nouns[key] = nouns.get(key, 0) | bit
    for key in (*model.NAME, "genkit:name"):
        nouns[key] |= NAME
    return {
        **{key: (CONTENT if key in content.KEYS else KNOWN, key, nouns[key]) for key in nouns},
        **{key: (groups.USAGE, name, USAGE) for key, name in usage.ALIASES.items()},
        **{key: (OTHER, key, 0) for key in usage.BREAKDOWNS},
    }


def _readers() -> dict[int, int]:
    readers: dict[int, int] = {}
    for bit, noun in NOUNS:
        for heap in getattr(noun, "HEAPS", ()):
            readers[heap] = readers.get(heap, 0) | bit
    return readers


ROUTES = _compiled()
HEAP_NOUNS = _readers()
_named = len(ROUTES)
_prefixes = sorted(groups.PREFIXES.items(), key=lambda item: -len(item[0]))
_beginnings = tuple(groups.PREFIXES)


def route_of(key: str) -> Route:
    """Where a key goes that no table names in full."""
    route = _by_prefix(key)
    if len(ROUTES) < _named + REMEMBERED and len(key) <= REMEMBERED_CHARACTERS:
        ROUTES[key] = route
    return route


def _by_prefix(key: str) -> Route:
    if key.startswith(_beginnings):
        for prefix, heap in _prefixes:
            if key.startswith(prefix) and len(key) > len(prefix):
                return heap, key[len(prefix) :] if heap != OTHER else key, HEAP_NOUNS.get(heap, 0)
    return OTHER, key[: limits.KEY_CHARACTERS], 0

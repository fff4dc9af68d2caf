"""The checks of a project that are on, as ingest needs them: read every few seconds at the most."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import re2
from django.db import Error

from evals.checks.check import Check
from evals.checks.models import ProjectCheck
from evals.checks.registry import CHECKS
from traces.queries.checks import Received
from traces.records import Span

FRESH_SECONDS = 5.0
AWAY_SECONDS = 30.0  # a Postgres that hangs takes three seconds of whoever asks it
MOST_PROJECTS = 10_000  # that a process keeps in mind
RESERVED = ("sonde-", "langfuse-")  # environments of what evaluates: it is not evaluated itself
WHOLE = 1 << 32

Kind = Span | Received  # either tells which checks look at it


@dataclass(frozen=True, slots=True)
class Enabled:
    """A check with its settings, ready to be asked whether a span is one of its own."""

    id: int
    revision: int
    name: str
    check: Check
    options: Mapping[str, Any]
    since: int  # nanoseconds: when it was switched on
    types: frozenset[str]
    environments: frozenset[str]
    named: Any  # a pattern, or None where any name will do
    below: int  # of WHOLE, the share of traces

    def wants(self, span: Kind) -> bool:
        """By what the span is. Sampling and reserved environments are asked of a trace once."""
        if self.types and span.type not in self.types:
            return False
        if self.environments and span.environment not in self.environments:
            return False
        return self.named is None or self.named.fullmatch(span.name.encode()) is not None


def share_of(trace_id: str) -> int:
    """Where the trace lies between 0 and WHOLE: always at the same place, so that checks of one
    share look at the same traces."""
    digest = blake2b(trace_id.encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big")


_known: dict[str, tuple[float, tuple[Enabled, ...]]] = {}


def checks_of(project_id: str) -> tuple[Enabled, ...]:
    """What is known is served while one thread reads anew, and for as long as Postgres is away; a
    sweep checks what was missed meanwhile.
    """
    now = time.monotonic()
    until, checks = _known.get(project_id, (0.0, ()))
    if now < until:
        return checks
    if project_id in _known:
        _known[project_id] = now + FRESH_SECONDS, checks
    elif len(_known) >= MOST_PROJECTS:
        _known.clear()
    try:
        checks, fresh = tuple(read(project_id)), FRESH_SECONDS
    except Error:
        fresh = AWAY_SECONDS
    _known[project_id] = time.monotonic() + fresh, checks
    return checks


def forget(project_id: str) -> None:
    """This process reads them anew; others do within FRESH_SECONDS."""
    _known.pop(project_id, None)


def read(project_id: str) -> list[Enabled]:
    rows = ProjectCheck.objects.filter(project_id=project_id, is_on=True).order_by("pk")
    return [enabled(row) for row in rows if row.check_key in CHECKS]


def enabled(row: ProjectCheck) -> Enabled:
    """Options that came with a later version of Sonde have their defaults."""
    check = CHECKS[row.check_key]
    return Enabled(
        id=row.pk,
        revision=row.revision,
        name=row.name,
        check=check,
        options={option.key: option.default for option in check.options} | row.options,
        since=int(row.on_since.timestamp() * 1_000_000) * 1000,
        types=frozenset(row.types),
        environments=frozenset(row.environments),
        named=pattern_of(row.names),
        below=round(row.sampling * WHOLE),
    )


def pattern_of(names: list[str]) -> Any:
    """Of names in which * stands for anything."""
    if not names:
        return None
    either = "|".join(".*".join(map(re2.escape, name.split("*"))) for name in names)
    return re2.compile(f"(?s){either}")

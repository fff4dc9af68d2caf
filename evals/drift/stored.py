"""Baselines as they are kept in Postgres: what a person chose, of which a moment may hang on what
the store says when the monitor runs.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from evals.drift.windows import Baseline, BaselineKind, InvalidBaseline

MAX_NAMED = 200  # characters of a release's or prompt's name
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A baseline, lengths in hours. SINCE takes a moment, a release, or a version of a prompt, of
    which the start is looked up at each run.
    """

    kind: BaselineKind = BaselineKind.ROLLING
    current_hours: float = 24
    reference_hours: float = 14 * 24
    start: datetime | None = None
    end: datetime | None = None
    weeks: int = 4
    dataset: str = ""
    zone: str = "UTC"
    release: str = ""
    prompt: str = ""
    prompt_version: int | None = None

    def __post_init__(self) -> None:
        if max(len(self.release), len(self.prompt)) > MAX_NAMED:
            message = _("A name has at most %(most)s characters.")
            raise InvalidBaseline(message % {"most": MAX_NAMED})
        if self.prompt and self.prompt_version is None:
            raise InvalidBaseline(_("It takes the version of the prompt."))
        if self.kind is BaselineKind.SINCE and self.is_looked_up:
            return  # its start is known when it runs
        self.baseline()

    @property
    def is_looked_up(self) -> bool:
        return bool(self.release or self.prompt)

    def baseline(self, start: datetime | None = None) -> Baseline:
        """With the start that was looked up. Raises InvalidBaseline."""
        try:
            current, reference = (
                hours * HOUR for hours in (self.current_hours, self.reference_hours)
            )
        except (OverflowError, ValueError, TypeError):
            raise InvalidBaseline(_("A window is too long.")) from None
        return Baseline(
            kind=self.kind,
            current=current,
            reference=reference,
            start=start or self.start,
            end=self.end,
            weeks=self.weeks,
            dataset=self.dataset,
            zone=self.zone,
        )


def stored(chosen: Chosen) -> dict[str, Any]:
    """For a JSON column. What is as by default is left out."""
    plain = asdict(Chosen())
    told = {name: value for name, value in asdict(chosen).items() if value != plain[name]}
    told["kind"] = str(chosen.kind)
    for name in ("start", "end"):
        if name in told:
            told[name] = told[name].isoformat()
    return told


def read(given: Any) -> Chosen:
    """Raises InvalidBaseline where it is none."""
    if not isinstance(given, dict) or not set(given) <= set(asdict(Chosen())):
        raise InvalidBaseline(_("That is no baseline."))
    try:
        moments = {
            name: datetime.fromisoformat(given[name])
            for name in ("start", "end")
            if given.get(name)
        }
        kind = BaselineKind(given.get("kind", BaselineKind.ROLLING))
        return Chosen(**{**given, **moments, "kind": kind})
    except InvalidBaseline:
        raise
    except (TypeError, ValueError):
        raise InvalidBaseline(_("That is no baseline.")) from None


def since(chosen: Chosen, start: datetime) -> Chosen:
    """The same with a start that is known."""
    return replace(chosen, start=start)

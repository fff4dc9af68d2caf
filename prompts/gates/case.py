"""What a gate's checks look at."""

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from prompts.body import Body, placeholders_in, texts_of, variables_in
from prompts.composition import InvalidComposition, resolved
from prompts.models import Prompt, PromptVersion
from prompts.tokens import tokens_in
from prompts.traffic import Traffic, today
from traces.queries.prompt_guards import Observed, observed

DAY = 86_400 * 1_000_000_000


@dataclass
class Case:
    """A version, what the label points at now, and the gate's settings. What ClickHouse must be
    asked for is asked once, and only where a check needs it; then these raise Unavailable.
    """

    prompt: Prompt
    label: str
    version: PromptVersion
    against: PromptVersion | None
    settings: dict[str, Any]
    now: int = field(default_factory=time.time_ns)
    # What checks of other packages found, so that it is looked for once; by names of their own.
    found: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def composed(self) -> Body:
        """With everything included in place. Raises InvalidComposition."""
        return resolved(self.prompt.project_id, self.version).body

    @cached_property
    def body(self) -> Body:
        return _as_served(self.version)

    @cached_property
    def body_against(self) -> Body:
        assert self.against is not None
        return _as_served(self.against)

    @cached_property
    def names(self) -> list[str]:
        return _names(self.body)

    @cached_property
    def names_against(self) -> list[str]:
        return _names(self.body_against)

    @cached_property
    def text(self) -> str:
        return "\n".join(texts_of(self.body))

    @cached_property
    def tokens(self) -> int:
        return tokens_in(self.body)

    @cached_property
    def tokens_against(self) -> int:
        return tokens_in(self.body_against)

    @cached_property
    def days(self) -> int:
        return int(self.settings.get("days", 7))

    @cached_property
    def score(self) -> str:
        return str(self.settings.get("score", ""))

    def _observed(self, version: PromptVersion) -> Observed:
        """No call is the version's own that began before it was made."""
        made = int(version.created_at.timestamp() * 1_000_000) * 1000
        found = observed(
            self.prompt.project_id,
            self.prompt.name,
            {version.number},
            since=max(self.now - self.days * DAY, made),
            until=self.now,
            score=self.score,
        )
        return found[version.number]

    @cached_property
    def seen(self) -> Observed:
        """The calls of the version in the last days, under whatever label."""
        return self._observed(self.version)

    @cached_property
    def seen_against(self) -> Observed:
        assert self.against is not None
        return self._observed(self.against)

    @cached_property
    def traffic(self) -> Traffic | None:
        return today(self.prompt.project_id, self.prompt.name)


def _as_served(version: PromptVersion) -> Body:
    """Composed, or as it was written where something that it includes is gone."""
    try:
        return resolved(version.prompt.project_id, version).body
    except InvalidComposition:
        return version.body


def _names(body: Body) -> list[str]:
    """Of variables and placeholders: what a program must give."""
    return [*variables_in(body), *placeholders_in(body)]

"""What serving needs to know of a split."""

from collections.abc import Sequence
from dataclasses import dataclass

from prompts.splits import buckets
from prompts.splits.models import Split


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets which version of a label."""

    salt: str
    buckets: Sequence[int]

    def version_for(self, unit: str) -> int:
        return buckets.version_for(self.buckets, self.salt, unit)

    def told(self, label: str, number: int) -> str:
        """As the header X-Sonde-Split says it."""
        share = self.buckets.count(number)
        return f"label={label}; version={number}; share={share}"


def split_of(project_id: str, name: str, label: str) -> Shares | None:
    """The label's running split. One query."""
    found = (
        Split.objects.filter(
            prompt__project=project_id, prompt__name=name, label=label, ended_at=None
        )
        .values_list("salt", "buckets")
        .first()
    )
    return Shares(*found) if found else None

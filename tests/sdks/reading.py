"""What became of a trace: as Langfuse's API tells it, and as Sonde's own does."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.running_sonde import Stack
from tests.sdks.pages import Browser

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Trace:
    """A trace as an API tells it, with its spans by their start."""

    told: dict[str, Any]
    spans: list[dict[str, Any]]
    parent: str  # the key of a span's parent

    def __getitem__(self, key: str) -> Any:
        return self.told[key]

    def span(self, name: str) -> dict[str, Any]:
        """The only span of the name."""
        [found] = [span for span in self.spans if span["name"] == name]
        return found

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [span for span in self.spans if span["type"] == kind]

    @property
    def tree(self) -> list[str]:
        """Where each span stands: `TOOL answer > look-up`, sorted."""
        spans = {span["id"]: span for span in self.spans}

        def path(span: dict[str, Any]) -> list[str]:
            above = spans.get(span[self.parent])
            return [*(path(above) if above else []), span["name"]]

        return sorted(f"{span['type']} {' > '.join(path(span))}" for span in self.spans)


class Sonde:
    """Sonde as those see it who look for a trace. Nothing here waits or asks twice: what was
    acknowledged is there.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.browser = Browser(stack)
        self.api = httpx.Client(
            base_url=stack.url, auth=(stack.public_key, stack.secret_key), timeout=PATIENCE_SECONDS
        )

    def close(self) -> None:
        self.api.close()
        self.browser.http.close()

    def get(self, path: str, **options: Any) -> Any:
        answer = self.api.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def langfuse_trace(self, trace_id: str) -> Trace:
        """As Langfuse's API tells it."""
        told = self.get(f"/api/public/traces/{trace_id}")
        spans = sorted(told["observations"], key=lambda span: span["startTime"])
        return Trace(told, spans, "parentObservationId")

    def trace(self, trace_id: str, secret_key: str = "") -> Trace:
        """As Sonde's own API tells it; with another project's key, in that project."""
        key = secret_key or self.stack.secret_key
        told = self.get(
            f"/api/v1/traces/{trace_id}",
            auth=None,
            headers={"Authorization": f"Bearer {key}"},
        )
        spans = sorted(told["spans"], key=lambda span: span["started_at"])
        return Trace(told, spans, "parent_id")

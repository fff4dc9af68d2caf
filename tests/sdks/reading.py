"""What became of a trace: as the API tells it, and as the pages show it."""

from typing import Any

import httpx

from tests.running_sonde import Stack
from tests.sdks.pages import Browser

PATIENCE_SECONDS = 60


class Trace:
    """A trace that the API tells of."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.spans: list[dict[str, Any]] = told["observations"]

    def __getitem__(self, key: str) -> Any:
        return self.told[key]

    def span(self, name: str) -> dict[str, Any]:
        """The only span of the name."""
        [found] = self.named(name)
        return found

    def named(self, name: str) -> list[dict[str, Any]]:
        return [span for span in self.spans if span["name"] == name]

    @property
    def tree(self) -> list[str]:
        """Where each span stands: `TOOL answer > look-up`, sorted."""
        spans = {span["id"]: span for span in self.spans}

        def path(span: dict[str, Any]) -> list[str]:
            parent = spans.get(span["parentObservationId"])
            return [*(path(parent) if parent else []), span["name"]]

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

    def get(self, path: str, **query: str) -> Any:
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def trace(self, trace_id: str) -> Trace:
        return Trace(self.get(f"/api/public/traces/{trace_id}"))

    def traces_since(self, moment: str) -> list[Trace]:
        """Newest first."""
        listed = self.get("/api/public/traces", fromTimestamp=moment)["data"]
        return [self.trace(one["id"]) for one in listed]

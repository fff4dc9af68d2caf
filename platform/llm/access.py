"""What it takes to speak to a provider: an opened connection. It lives as long as one call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.sealing import unseal
from llm.models import OWN_URLS, LlmConnection

SHORTEST_SECRET = 8  # what is shorter would be taken out of ordinary words


@dataclass(frozen=True, slots=True)
class Access:
    """`key` may be empty: servers of one's own often take none. `parameters` go into every request
    that does not say otherwise.
    """

    protocol: str
    base_url: str
    key: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    api_version: str = ""

    def without_secrets(self, text: str) -> str:
        """The text as it may be shown: providers like to repeat the key that they refuse."""
        words = {part for value in self.headers.values() for part in (value, *value.split())}
        for secret in sorted({self.key, *words}, key=len, reverse=True):
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "…")
        return text


def opened(connection: LlmConnection) -> Access:
    """Raises accounts.sealing.Unsealable."""
    key = unseal(connection.secret, connection.purpose_of("secret")) if connection.secret else ""
    return Access(
        protocol=connection.protocol,
        base_url=(connection.base_url or OWN_URLS.get(connection.protocol, "")).rstrip("/"),
        key=key,
        headers=opened_headers(connection),
        parameters=connection.parameters,
        api_version=connection.api_version,
    )


def opened_headers(connection: LlmConnection) -> dict[str, str]:
    if not connection.headers:
        return {}
    return json.loads(unseal(connection.headers, connection.purpose_of("headers")))

"""A provider on loopback, and connections to it."""

import pytest

from tests.llm.stand_in import Provider

KEY = "sk-test-0123456789-WXYZ"


@pytest.fixture
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture
def on_loopback(settings):
    """The operator opened this machine to LLM connections."""
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {
        **settings.OUTBOUND_ALLOWED_NETWORKS_OF,
        "llm": ["127.0.0.1/32"],
    }


@pytest.fixture
def make_connection(project, provider, on_loopback):
    """`make_connection(protocol="anthropic")`: to the provider, with KEY."""
    from llm.connections import Wish, save
    from llm.models import LlmConnection

    def make(**options):
        base = provider.url if options.get("protocol") == "anthropic" else f"{provider.url}/v1"
        wish = Wish(
            **{"name": "Loopback", "protocol": "openai", "base_url": base, "key": KEY, **options}
        )
        return save(LlmConnection(project=project), wish)

    return make

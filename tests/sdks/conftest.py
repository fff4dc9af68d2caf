"""A running Sonde to send to and to look at, and a stand-in for the provider of models."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.running_sonde import Stack
from tests.sdks.environments import PROGRAMS, Environment
from tests.sdks.openai_stand_in import OpenAIStandIn
from tests.sdks.reading import Sonde


@pytest.fixture(scope="session")
def sonde(stack: Stack) -> Iterator[Sonde]:
    with closing(Sonde(stack)) as sonde:
        yield sonde


@pytest.fixture(scope="session")
def stand_in() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as server:
        yield server


@pytest.fixture(scope="session")
def told() -> dict:
    """The story that the programs tell."""
    return json.loads((PROGRAMS / "story.json").read_text())


@pytest.fixture
def run(stack: Stack, stand_in: OpenAIStandIn) -> Callable[[Environment, str], dict]:
    """Run a program of `programs/` in an environment; returns what it prints last, as JSON."""

    def run(environment: Environment, program: str, **variables: str) -> dict:
        printed = environment.run(
            PROGRAMS / program,
            SONDE_URL=stack.url,
            SONDE_SECRET_KEY=stack.secret_key,
            LANGFUSE_HOST=stack.url,
            LANGFUSE_BASE_URL=stack.url,
            LANGFUSE_BASEURL=stack.url,
            LANGFUSE_PUBLIC_KEY=stack.public_key,
            LANGFUSE_SECRET_KEY=stack.secret_key,
            OPENAI_BASE_URL=stand_in.base_url,
            OPENAI_API_KEY="no-key-is-needed",
            **variables,
        )
        return json.loads(printed.splitlines()[-1])

    return run

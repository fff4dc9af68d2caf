"""The onboarding page's snippets, copied from the page with a key that it made, and run."""

import re
import secrets
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sdks import environments
from tests.sdks.openai_stand_in import OpenAIStandIn
from tests.sdks.reading import Sonde

pytestmark = pytest.mark.sdks
HELLO = "0.000006"  # 12 tokens in, 7 out, of gpt-4o-mini
CALL = "0.0000156"  # what the stand-in counts


@dataclass(frozen=True)
class Snippet:
    """How a snippet is run, and what it is about."""

    tab: str
    file: str
    environment: str
    tree: tuple[str, ...]
    output: str
    cost: str
    cost_source: str = "computed"


def two(name: str, call: str, kind: str = "SPAN") -> tuple[str, ...]:
    return tuple(sorted((f"{kind} {name}", f"GENERATION {name} > {call}")))


SNIPPETS = (
    Snippet("curl", "curl.sh", "", ("GENERATION chat gpt-4o-mini",), "Hello from curl!", HELLO),
    Snippet(
        "langfuse-python",
        "langfuse_sdk.py",
        "langfuse-5.0.4",
        two("answer-question", "ask-model"),
        "Hello from Python!",
        HELLO,
    ),
    Snippet(
        "langfuse-js",
        "langfuse_js.mjs",
        "langfuse-js-5.11.1",
        two("answer-question", "ask-model"),
        "Hello from JavaScript!",
        HELLO,
    ),
    Snippet(
        "opentelemetry",
        "opentelemetry_sdk.py",
        "opentelemetry-1.45.2",
        two("invoke_agent greeter", "chat gpt-4o-mini", "AGENT"),
        "Hello!",
        HELLO,
    ),
    Snippet(
        "openai",
        "openai_wrapper.py",
        "langchain-1.4.7",
        ("GENERATION OpenAI-generation",),
        "서울입니다.",
        CALL,
    ),
    Snippet(
        "langchain",
        "langchain_callback.py",
        "langchain-1.4.7",
        ("GENERATION ChatOpenAI",),
        "서울입니다.",
        CALL,
    ),
    Snippet(
        "litellm",
        "litellm_callback.py",
        "litellm-1.106.2",
        ("GENERATION litellm_request", "SPAN litellm_request > raw_gen_ai_request"),
        "서울입니다.",
        CALL,
        "sent",  # it has prices of its own
    ),
)


@pytest.fixture
def new_project(sonde: Sonde) -> str:
    """The address of a project that has no trace yet."""
    browser = sonde.browser
    browser.post(f"{browser.project}/settings/projects/new", name=secrets.token_hex(6))
    return re.sub("/setup$", "", browser.address)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.tab)
def test_a_snippet_as_the_page_shows_it_sends_the_first_trace(
    snippet: Snippet,
    sonde: Sonde,
    new_project: str,
    stand_in: OpenAIStandIn,
    tmp_path: Path,
) -> None:
    setup = f"{new_project}/setup"
    assert "Waiting for the first trace…" in sonde.browser.get(setup).text
    code = sonde.browser.post(setup).one("pre", id=f"code-{snippet.tab}").raw
    program = tmp_path / snippet.file
    program.write_text(code)
    runner(snippet)(
        program,
        OPENAI_BASE_URL=stand_in.base_url,
        OPENAI_API_KEY="no-key-is-needed",
        LITELLM_LOCAL_MODEL_COST_MAP="True",  # it would ask the Internet for prices
    )

    [link] = sonde.browser.get(setup).one("div", id="first-trace").all("a")
    trace_id = link.attributes["href"].rpartition("/")[2]
    [secret_key] = set(re.findall(r"sk-sonde-[\w-]+", code))
    trace = sonde.trace(trace_id, secret_key)
    assert trace.tree == list(snippet.tree)
    [call] = trace.of_type("GENERATION")
    assert call["model"].startswith("gpt-4o-mini")
    assert "Say hello." in call["input"] and snippet.output in call["output"]
    assert (trace["cost_usd"], call["cost_source"]) == (snippet.cost, snippet.cost_source)
    page = sonde.browser.get(link.attributes["href"], span=call["id"])
    shown = page.one("section", id="pane").text
    assert "Say hello." in shown and snippet.output in shown


def runner(snippet: Snippet) -> Callable[..., str]:
    if not snippet.environment:
        return run_in_bash
    install = environments.node if "-js-" in snippet.environment else environments.python
    return install(snippet.environment).run


def run_in_bash(program: Path, **_variables: str) -> str:
    if not (shutil.which("bash") and shutil.which("curl")):
        pytest.skip("The snippet for curl is run only where bash and curl are.")
    done = subprocess.run(["bash", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout

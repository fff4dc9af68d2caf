"""Makes prompts with Langfuse's SDK 2, 3, 4 or 5 for Python, fetches them by label and version,
compiles, relabels, lists and deletes them, as applications do.
"""

import json
import os
import uuid
from importlib.metadata import version
from urllib.parse import quote

from langfuse import Langfuse

try:
    from langfuse.api import NotFoundError
except ImportError:
    from langfuse.api.resources.commons.errors import NotFoundError

MAJOR = int(version("langfuse").split(".")[0])
RUN = uuid.uuid4().hex[:12]
# SDK 2 writes names into the address of a relabelling as they are.
ODD = "" if MAJOR == 2 else "?#%2F환"
TEXT, CHAT, TONE = f"team a/greet{ODD}{RUN}", f"team a/talk{ODD}{RUN}", f"tone-{RUN}"
INCLUDES_TONE = f"@@@langfusePrompt:name={TONE}|label=production@@@"

client = Langfuse()
api = client.client if MAJOR == 2 else client.api
facts: dict = {}


def fetched(name: str, **asked):
    """From the server, whatever the SDK remembers."""
    return client.get_prompt(name, cache_ttl_seconds=0, max_retries=1, **asked)


def make_and_fetch() -> None:
    made = client.create_prompt(
        name=TEXT,
        prompt="Hi {{name}}, welcome to {{ place }}.",
        labels=["production"],
        tags=["b", "a"],
        config={"model": "gpt-4o", "temperature": 0.5},
        commit_message="First",
    )
    facts["made"] = [made.name == TEXT, made.version, sorted(made.labels), made.commit_message]
    client.create_prompt(name=TEXT, prompt="Hello {{name}}", labels=["staging"])
    first = fetched(TEXT)
    facts["first"] = [first.version, first.tags, first.config, first.variables]
    facts["compiled"] = first.compile(name="{{place}} {0} %s", place="Jeju")
    facts["by_label"] = [fetched(TEXT, label=label).version for label in ("staging", "latest")]
    facts["by_version"] = [fetched(TEXT, version=number).prompt for number in (1, 2)]


def relabel() -> None:
    told = client.update_prompt(name=TEXT, version=2, new_labels=["production", "eu"])
    facts["relabelled"] = [told.version, sorted(told.labels)]
    facts["now_in_production"] = fetched(TEXT).version


def talk() -> None:
    """SDK 2 knows no placeholders."""
    placeholder = [] if MAJOR == 2 else [{"type": "placeholder", "name": "history"}]
    client.create_prompt(
        name=CHAT,
        type="chat",
        prompt=[
            {"role": "system", "content": "You are {{who}}."},
            *placeholder,
            {"role": "user", "content": "{{question}}"},
        ],
        labels=["production"],
    )
    prompt = fetched(CHAT, type="chat")
    said = [{"role": "assistant", "content": "Yes?"}]
    history = {} if MAJOR == 2 else {"history": said}
    compiled = prompt.compile(who="Ann", question="Why?", **history)
    facts["talk"] = [[one["role"], one["content"]] for one in compiled]


def compose() -> None:
    client.create_prompt(name=TONE, prompt="Be kind.", labels=["production"])
    client.create_prompt(name=f"parent-{RUN}", prompt=f"{INCLUDES_TONE} Hi", labels=["production"])
    facts["composed"] = fetched(f"parent-{RUN}").prompt
    if MAJOR >= 4:
        raw = api.prompts.get(f"parent-{RUN}", resolve=False)
        facts["raw"] = raw.prompt == f"{INCLUDES_TONE} Hi"


def miss() -> None:
    try:
        fetched(f"none-{RUN}")
    except NotFoundError:
        facts["missing"] = True
    fallback = fetched(f"none-{RUN}", fallback="Hi {{name}}")
    facts["fallback"] = [fallback.is_fallback, fallback.compile(name="Ann")]


def list_and_delete() -> None:
    found = api.prompts.list(name=TEXT)
    [one] = found.data
    facts["listed"] = [one.versions, sorted(one.labels), one.tags, one.last_config]
    facts["total"] = found.meta.total_items
    facts["by_tag"] = TEXT in [row.name for row in api.prompts.list(tag="a", limit=100).data]
    if MAJOR >= 4:
        facts["type"] = one.type.value
        api.prompts.delete(quote(TEXT, safe=""), label="eu")
        facts["left"] = api.prompts.list(name=TEXT).data[0].versions
        api.prompts.delete(quote(TEXT, safe=""))
        facts["deleted"] = api.prompts.list(name=TEXT).data == []


def serve_from_the_servers_word() -> None:
    """With the SDK's own cache, as applications run: a second get asks nobody."""
    prompt = client.get_prompt(TONE)
    before = prompt.prompt
    client.create_prompt(name=TONE, prompt="Be brief.", labels=["production"])
    facts["cached"] = [before, client.get_prompt(TONE, cache_ttl_seconds=0).prompt]


make_and_fetch()
relabel()
talk()
compose()
miss()
serve_from_the_servers_word()
list_and_delete()
print(json.dumps({"major": MAJOR, "host": os.environ["LANGFUSE_HOST"], **facts}))

"""Makes, replaces, lists and deletes an LLM connection with Langfuse's SDK 3, 4 or 5 for Python."""

import json
import os
import uuid
from importlib.metadata import version

from langfuse import Langfuse

MAJOR = int(version("langfuse").split(".")[0])
NAME = f"sdk-{uuid.uuid4().hex[:12]}"
KEY = "sk-sdk-0123456789-TAIL"

client = Langfuse(
    public_key=os.environ["ADMIN_PUBLIC_KEY"], secret_key=os.environ["ADMIN_SECRET_KEY"]
)
connections = client.api.llm_connections


def upsert(**fields):
    wish = {"provider": NAME, "adapter": "openai", "secret_key": KEY, **fields}
    if MAJOR > 3:
        return connections.upsert(**wish)
    from langfuse.api import UpsertLlmConnectionRequest

    return connections.upsert(request=UpsertLlmConnectionRequest(**wish))


def listed() -> list:
    return [one for one in connections.list(limit=100).data if one.provider == NAME]


made = upsert(custom_models=["m-1", "m-2"], extra_headers={"X-Team": "support"})
again = upsert(with_default_models=False)
found = listed()
facts = {
    "made": [made.custom_models, made.extra_header_keys, made.with_default_models, made.base_url],
    "hint": made.display_secret_key,
    "replaced": [again.id == made.id, again.custom_models, again.with_default_models],
    "listed": [one.id == made.id for one in found],
    "key_is_told": KEY in str(found),
}
if MAJOR > 3:
    connections.delete(made.id)
    facts["gone"] = listed() == []
print(json.dumps({"major": MAJOR, **facts}))

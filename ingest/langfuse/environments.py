"""Names of environments: always usable, never an error."""

import re

DEFAULT = "default"
MAX_LENGTH = 40
_OWN_PREFIXES = re.compile(r"^(?:langfuse[-_]?)+")
_VALID = re.compile(r"[a-z0-9_-]+")


def environment_name(sent: str) -> str:
    """Lower case, without the prefix that Langfuse keeps for itself, at most 40 characters."""
    name = _OWN_PREFIXES.sub("", sent.lower())[:MAX_LENGTH]
    return name if _VALID.fullmatch(name) else DEFAULT

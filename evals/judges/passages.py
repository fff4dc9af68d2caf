"""The passages in what a retriever gave back, as frameworks write them down. Pure.

A judge reads texts, so whatever nests them is opened. `evals.checks.spans.passages` is another
thing: at ingest, and by the ids that an application gave, it reads one level and no more.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from evals.judges.mapping import opened

MOST = 200
LISTS = ("documents", "docs", "results", "matches", "nodes", "passages", "chunks", "hits", "data")
TEXTS = ("page_content", "text", "content", "document", "passage", "chunk", "body", "snippet")
INSIDE = ("node", "document", "metadata", "_source", "payload")
DEPTH = 6


def passages_of(output: str) -> list[str]:
    """Each by itself; all of it as one where no list can be made out."""
    found = [one for one in _walked(opened(output), 0) if one.strip()]
    return found[:MOST] or ([output] if output.strip() else [])


def _walked(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value[:MOST]:
            yield from _walked(one, depth + 1) if depth < DEPTH else [_json(one)]
    elif isinstance(value, Mapping):
        yield from _of_object(value, depth)
    elif value is not None:
        yield _json(value)


def _of_object(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    for name in LISTS:
        if isinstance(value.get(name), list) and depth < DEPTH:
            yield from _walked(value[name], depth + 1)
            return
    yield text_in(value) or _json(value)


def text_in(value: Mapping[str, Any]) -> str:
    for name in TEXTS:
        if isinstance(value.get(name), str) and value[name].strip():
            return value[name]
    for name in INSIDE:
        inner = value.get(name)
        if isinstance(inner, Mapping) and (
            text := next((inner[key] for key in TEXTS if isinstance(inner.get(key), str)), "")
        ):
            return text
    return ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

"""Variables filled from a real trace: which call, and what of it fits."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext as _

from accounts.models import Project
from llm.loose import mapping, mappings, text
from prompts.composition import InvalidComposition
from prompts.playground.asked import Wrong, body_of
from prompts.playground.column import Unrunnable, column_in
from prompts.playground.config import shown
from prompts.playground.extraction import named_in, values_of, wanted
from prompts.playground.sources import generation
from traces.render.request import body_of as call_of

IN_PATH = re.compile(r"/traces/([^/?#]+)")


def filled_from(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Wrong, and traces.errors.Unavailable."""
    trace_id, span_id = place_in(text(given.get("trace")))
    row = generation(project, trace_id, span_id)
    if row is None:
        raise Wrong(_("There is no such trace here, or no model was called in it."))
    bodies = []
    for sent in mappings(given.get("columns")):
        try:
            column = column_in(sent)
            bodies.append(body_of(project, sent, column))
        except (Unrunnable, InvalidComposition):
            continue  # what cannot be run is told when it is run
    texts, messages = fitting(bodies, row)
    return {
        "variables": texts,
        "placeholders": {name: shown(inside) for name, inside in messages.items()},
        "told": words(len(texts) + len(messages), text(row["name"])),
    }


def place_in(typed: str) -> tuple[str, str]:
    """A trace's id, or the address of its page; there `?span=` names one call of it."""
    typed = typed.strip()
    found = IN_PATH.search(typed)
    if not found:
        return typed[:800], ""
    spans = parse_qs(urlsplit(typed).query).get("span", [""])
    return unquote(found[1])[:800], spans[0][:800]


def fitting(
    bodies: list[Any], row: dict[str, Any]
) -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    """Values that reading the template backwards gives, else data of the variables' names."""
    sent = mappings(mapping(call_of(row)).get("messages"))
    texts: dict[str, str] = {}
    messages: dict[str, list[dict[str, Any]]] = {}
    for body in bodies:
        values, inside = values_of(body, sent)
        texts = {**values, **texts}
        messages = {**inside, **messages}
    missing = [name for name in wanted(bodies) if name not in texts]
    found = {name: row["metadata"][name] for name in missing if name in row["metadata"]}
    named = named_in(missing, text(row["input"]), text(row["trace_input"]))
    return {**named, **found, **texts}, messages


def words(count: int, name: str) -> str:
    if not count:
        return _("Nothing of “%(name)s” fits the variables here.") % {"name": name}
    return _("Filled from “%(name)s”.") % {"name": name}

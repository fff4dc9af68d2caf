"""What the page asks for, read from its JSON: columns to run, or one to save. Checked here once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Project
from llm.loose import mapping, text
from llm.models import LlmConnection
from prompts.composition import InvalidComposition
from prompts.playground.column import (
    Column,
    Unrunnable,
    Values,
    column_in,
    request_of,
    values_in,
)
from prompts.playground.running import MOST_COLUMNS, Run
from prompts.playground.sources import body_with_included

MAX_BYTES = 8 * 1024 * 1024


class Wrong(ValueError):
    """The message says what; `place` is the column's, None where it is none's."""

    def __init__(self, message: str, place: int | None = None) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Asked:
    runs: list[Run]
    sources: dict[int, str]  # what each column was made from, by its place
    keep: bool


def payload(request: HttpRequest) -> Mapping[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES:
        raise Wrong(_("That is more than the playground takes at once."))
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Wrong(_("The request must be a JSON object.")) from error
    if not isinstance(found, Mapping):
        raise Wrong(_("The request must be a JSON object."))
    return found


def runs_in(project: Project, given: Mapping[str, Any]) -> Asked:
    """Raises Wrong."""
    columns = given.get("columns")
    if not isinstance(columns, list) or not 0 < len(columns) <= MOST_COLUMNS:
        raise Wrong(_("Run one column to four."))
    try:
        values = values_in(given.get("variables"), given.get("placeholders"))
    except Unrunnable as error:
        raise Wrong(str(error)) from error
    connections = {one.pk: one for one in LlmConnection.objects.filter(project=project)}
    asked = Asked([], {}, given.get("keep") is True)
    for sent in columns:
        place = mapping(sent).get("place")
        if type(place) is not int or place in asked.sources:
            raise Wrong(_("Each column needs a place of its own."))
        try:
            asked.runs.append(run_of(project, place, mapping(sent), values, connections))
        except (Unrunnable, InvalidComposition) as error:
            raise Wrong(str(error), place) from error
        asked.sources[place] = source_of(mapping(sent))
    return asked


def run_of(
    project: Project,
    place: int,
    sent: Mapping[str, Any],
    values: Values,
    connections: Mapping[str, LlmConnection],
) -> Run:
    column = column_in(sent)
    connection = connections.get(column.connection_id)
    if connection is None:
        raise Unrunnable(_("Choose a connection."))
    if not column.model:
        raise Unrunnable(_("Name a model."))
    return Run(place, connection, request_of(column, body_of(project, sent, column), values))


def body_of(project: Project, sent: Mapping[str, Any], column: Column) -> Any:
    name = text(sent.get("name")) or "playground"
    return body_with_included(project, name, column.type, column.body)


def source_of(sent: Mapping[str, Any]) -> str:
    """The version that the column started from, and whether it was changed since."""
    name, version = text(sent.get("name"))[:255], sent.get("version")
    if not name or type(version) is not int:
        return ""
    return f"{name} v{version}{' (changed)' if sent.get('changed') is True else ''}"

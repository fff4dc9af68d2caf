"""Tags that people put on traces, and take off them, by hand."""

import time
from collections.abc import Iterator
from dataclasses import replace

from traces import patches, writer
from traces.locks import trace_locks
from traces.queries.tags import rows_with_tag
from traces.records import Patch, Span
from traces.stored import Key, stored_spans

OWN_ROW = ""  # the span id of what is said of a trace as a whole
ROWS_AT_ONCE = 500

Rows = dict[str, list[str]]  # the span ids of a trace's rows, by the trace's id

__all__ = ["add", "put_back", "rows_with_tag", "take_off"]


def add(project_id: str, started: dict[str, int], tag: str, *, finish: patches.Finish) -> None:
    """Put the tag on the traces' own rows, each of which starts with its trace where there was none
    before. It is said like anything that an SDK says, so what SDKs say later completes it.
    """
    now = time.time_ns()
    said = [
        Patch(project_id, trace_id, OWN_ROW, now, {"tags": [tag], "start_time": start})
        for trace_id, start in started.items()
    ]
    patches.apply(said, finish=finish, only_living=True)


def take_off(project_id: str, where: Rows, tag: str) -> None:
    """Take the tag off these rows. An SDK that says it again later puts it on again."""
    _rewrite(project_id, where, tag, is_on=False)


def put_back(project_id: str, where: Rows, tag: str) -> None:
    """Undo `take_off`."""
    _rewrite(project_id, where, tag, is_on=True)


def _rewrite(project_id: str, where: Rows, tag: str, *, is_on: bool) -> None:
    """The rows as they stand, but for the tag, with a version just above their own: whatever was
    received later wins. Rows that are gone stay so.
    """
    for keys in _chunks(where):
        with trace_locks(project_id, {trace_id for trace_id, _span_id in keys}):
            changed: list[Span] = []
            for versions in stored_spans(project_id, keys).values():
                newest = max(row.version for row in versions)
                changed += [
                    replace(row, tags=_with(row.tags, tag, is_on), version=newest + 1)
                    for row in versions
                    if not row.is_deleted and (tag in row.tags) != is_on
                ]
            writer.insert_spans(changed)


def _with(tags: list[str], tag: str, is_on: bool) -> list[str]:
    return [*tags, tag] if is_on else [one for one in tags if one != tag]


def _chunks(where: Rows) -> Iterator[list[Key]]:
    keys = [(trace_id, span_id) for trace_id, spans in where.items() for span_id in spans]
    for first in range(0, len(keys), ROWS_AT_ONCE):
        yield keys[first : first + ROWS_AT_ONCE]

"""The stream that a page reads: one JSON object a line, an empty line as a sign of life."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import structlog
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import Project, User
from llm import words
from llm.chat import Event, Text, Thought, ToolCall
from llm.slots import Slot
from prompts.playground.running import Outcome, Run, run_all
from prompts.playground.spans import span_of
from prompts.playground.verdict import pretty_of, verdict
from traces.errors import Refused, Unavailable
from traces.records import Span
from traces.writer import insert_spans

log = structlog.get_logger(__name__)


class Telling:
    """The runs of one request, told as they go. It gives its slot back when it is closed, also
    before the first line was asked for.
    """

    def __init__(
        self,
        project: Project,
        user: User,
        runs: Sequence[Run],
        sources: Mapping[int, str],
        slot: Slot,
        *,
        keep: bool,
    ) -> None:
        self.project, self.user, self.sources, self.keep = project, user, sources, keep
        self.slot = slot
        self.language = translation.get_language()
        self.lines = self._lines(runs)

    def __iter__(self) -> Iterator[bytes]:
        return self.lines

    def close(self) -> None:
        self.lines.close()
        self.slot.give_back()

    def _lines(self, runs: Sequence[Run]) -> Generator[bytes, None, None]:
        for run in runs:
            self._note("playground_run", run)
        try:
            with closing(run_all(runs)) as events:
                for found in events:
                    yield b"\n" if found is None else _line(self._told(*found))
        finally:
            self.slot.give_back()

    def _told(self, run: Run, event: Event | Outcome) -> dict[str, Any]:
        match event:
            case Text(text):
                return {"column": run.place, "kind": "text", "text": text}
            case Thought(text):
                return {"column": run.place, "kind": "thought", "text": text}
            case ToolCall(_, name, arguments):
                pretty = pretty_of(arguments) or arguments
                return {
                    "column": run.place, "kind": "tool_call", "name": name, "arguments": pretty,
                }  # fmt: skip
            case Outcome():
                with translation.override(self.language):
                    return self._ended(run, event)
        raise AssertionError(f"No such event: {type(event).__name__}")

    def _ended(self, run: Run, outcome: Outcome) -> dict[str, Any]:
        source = self.sources.get(run.place, "")
        span = span_of(self.project.id, run, outcome, source, self.user)
        schema = run.request.schema
        is_judged = schema is not None and not outcome.failure and not outcome.tool_calls
        found = verdict(outcome.text, schema) if is_judged and schema is not None else None
        context = {
            "span": span,
            "outcome": outcome,
            "told": words.told(outcome.failure) if outcome.failure else "",
            "verdict": found,
            "tokens": span.input_tokens + span.output_tokens,
            **self._stored(span),
        }
        self._note("playground_answer", run, outcome)
        return {
            "column": run.place,
            "kind": "end",
            "failed": outcome.failure is not None,
            "pretty": found.pretty if found else pretty_of(outcome.text),
            "html": render_to_string("prompts/_playground_outcome.html", context),
        }

    def _stored(self, span: Span) -> dict[str, Any]:
        """Where the trace is, if one was wished for. A store that is away is told."""
        if not self.keep:
            return {}
        try:
            insert_spans([span])
        except (Unavailable, Refused):
            return {"unstored": True}
        return {"trace_url": reverse("trace-page", args=[self.project.id, span.trace_id])}

    def _note(self, what: str, run: Run, outcome: Outcome | None = None) -> None:
        """Who runs what, for whoever pays; nothing of what is said."""
        ended: dict[str, Any] = {}
        if outcome:
            failure = outcome.failure.kind.value if outcome.failure else None
            ended = {"milliseconds": outcome.latency_ns // 1_000_000, "failure": failure}
        log.info(
            what,
            project=self.project.id,
            user=self.user.pk,
            connection=run.connection.pk,
            model=run.request.model,
            **ended,
        )


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

"""What is scored: a trace, one of its observations, or a session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from traces.queries.langfuse.traces import traces_of_session
from traces.queries.trace import locate, span_detail
from traces.queries.traces import trace_facts
from traces.views.inside import TRACE_ITSELF

MAX_ID = 800


@dataclass(frozen=True, slots=True)
class Target:
    """Either a trace, with an observation of it or without, or a session."""

    trace_id: str = ""
    observation_id: str = ""
    session_id: str = ""

    @property
    def query(self) -> dict[str, str]:
        """How addresses and forms name it."""
        if self.session_id:
            return {"session": self.session_id}
        return {"trace": self.trace_id, "span": self.observation_id or TRACE_ITSELF}


def target_in(asked: Mapping[str, Any]) -> Target:
    """What an address or a form names; Http404 where that can be nothing."""
    trace, span, session = (str(asked.get(name, "")) for name in ("trace", "span", "session"))
    if bool(trace) == bool(session) or (span and not trace):
        raise Http404("Name a trace or a session.")
    if any("\0" in one or len(one) > MAX_ID for one in (trace, span, session)):
        raise Http404("There is nothing of such a name.")
    return Target(trace, "" if span == TRACE_ITSELF else span, session)


def environment_of(project_id: str, target: Target) -> str:
    """Where the target ran, or Http404 where there is no such target."""
    if target.session_id:
        traces = traces_of_session(project_id, target.session_id)
        if not traces:
            raise Http404("There is no such session.")
        return environment_of(project_id, Target(traces[0]))
    extent = locate(project_id, target.trace_id)
    facts = trace_facts(project_id, target.trace_id, extent) if extent else None
    if extent is None or facts is None:
        raise Http404("There is no such trace.")
    if target.observation_id:
        row = span_detail(project_id, target.trace_id, target.observation_id, extent)
        if row is None:
            raise Http404("There is no such span in this trace.")
    return facts.environment

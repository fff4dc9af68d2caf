"""A trace as one conversation: what its model calls were told and said, each message once and in
order, tool calls beside their results.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, replace

from traces.render.content import ShownMessage, shown_message
from traces.render.json_lines import parsed
from traces.render.messages import Message, Pairing, messages_of
from traces.render.parts import Part

MAX_MESSAGES = 400
MAX_LINES = 60  # of JSON in one message


@dataclass(frozen=True, slots=True)
class Call:
    """A model's or a tool's call, as its span tells of it."""

    span_id: str
    name: str
    type: str
    start: int
    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and the span in which it was first seen."""

    span_id: str
    span_name: str
    start: int
    message: ShownMessage


@dataclass(frozen=True, slots=True)
class Thread:
    said: list[Said]
    hidden: int  # messages before the first one that is shown


def thread_of(calls: list[Call]) -> Thread:
    """The conversation of the calls, which come in the order of their start.

    A model is told again what was said before: of each call only what is new is taken, so that a
    text that was really said twice stands twice. Results come from later messages, else from the
    span of the tool itself, by its name and in order.
    """
    found: list[tuple[Call, Message]] = []
    seen: Counter = Counter()
    for call in calls:
        if call.type != "TOOL":
            found += [(call, message) for message in _new(call, seen)]
    pairing = Pairing(message for _call, message in found)
    tools = _Tools(calls)
    said = [
        (call, tools.told(message, call))
        for call, original in found
        if (message := pairing.paired(original))
    ]
    shown = [
        Said(call.span_id, call.name, call.start, shown_message(message, MAX_LINES))
        for call, message in said[-MAX_MESSAGES:]
    ]
    return Thread(shown, len(said) - len(shown))


def _new(call: Call, seen: Counter) -> list[Message]:
    """The messages of a call that those before it do not have."""
    told = messages_of(call.input, plain_role="user") or []
    said = messages_of(call.output, plain_role="assistant") or []
    here: Counter = Counter()
    new = []
    for message in (*told, *said):
        sign = _sign(message)
        here[sign] += 1
        if here[sign] > seen[sign]:
            new.append(message)
    seen |= here
    return new


def _sign(message: Message) -> tuple:
    """What makes two messages the same, however they were written down."""
    parts = tuple(
        (part.kind, part.id or part.name)
        if part.kind in ("tool_call", "tool_result")
        else (part.kind, " ".join(part.text.split()), str(part.data) if part.data else "")
        for part in message.parts
        if part.kind != "reasoning"  # is not told again
    )
    return message.role, parts


class _Tools:
    """The spans of tools by name, each for the first call that may have started it."""

    def __init__(self, calls: list[Call]) -> None:
        self._unused: dict[str, deque[Call]] = defaultdict(deque)
        for call in calls:
            if call.type == "TOOL":
                self._unused[call.name].append(call)

    def told(self, message: Message, call: Call) -> Message:
        """The message, with the results that only the tools' own spans tell of. Asked in the order
        of the calls.
        """
        return replace(message, parts=tuple(self._part(part, call) for part in message.parts))

    def _part(self, part: Part, call: Call) -> Part:
        ran = self._ran(part.name, call.start) if part.kind == "tool_call" else None
        if not ran or part.result is not None or not ran.output:
            return part
        value = parsed(ran.output)
        return replace(
            part, result=Part("tool_result", data=ran.output if value is None else value)
        )

    def _ran(self, name: str, since: int) -> Call | None:
        waiting = self._unused.get(name)
        while waiting and waiting[0].start < since:
            waiting.popleft()  # and no later call started it
        return waiting.popleft() if waiting else None

"""Input and output that came in span events, or in log events that were joined to the span."""

from ingest.mapping import text
from ingest.mapping.messages import with_instructions

DETAILS = "gen_ai.client.inference.operation.details"
EXCEPTION = "gen_ai.client.operation.exception"
MESSAGES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
CHOICE = "gen_ai.choice"
PROMPT = "gen_ai.content.prompt"
COMPLETION = "gen_ai.content.completion"
CARRIERS = frozenset({DETAILS, *MESSAGES, CHOICE, PROMPT, COMPLETION})

Said = tuple[str, dict]  # the name of an event and its attributes
Content = tuple[object, object]  # input and output


def content_of(events: list[Said]) -> Content:
    """What the events say went in and came out: the first of the three conventions that any event
    follows.
    """
    return _of_details(events) or _of_messages(events) or _of_prompts(events) or (None, None)


def gen_ai(attributes: dict) -> Content:
    """The messages of the GenAI convention, else the arguments and the result of its tool call."""
    asked = attributes.get("gen_ai.input.messages")
    answered = attributes.get("gen_ai.output.messages")
    if asked:
        asked = with_instructions(asked, attributes.get("gen_ai.system_instructions"))
    if asked or answered:
        return asked, answered
    return attributes.get("gen_ai.tool.call.arguments"), attributes.get("gen_ai.tool.call.result")


def _of_details(events: list[Said]) -> Content | None:
    for name, attributes in events:
        if name == DETAILS and any(found := gen_ai(attributes)):
            return found
    return None


def _of_messages(events: list[Said]) -> Content | None:
    asked = [_message(name, said) for name, said in events if name in MESSAGES]
    answered = [_opened(said) for name, said in events if name == CHOICE]
    if not asked and not answered:
        return None
    return asked or None, answered[0] if len(answered) == 1 else answered or None


def _message(name: str, attributes: dict) -> dict:
    return {"role": MESSAGES[name], **_opened(attributes)}


def _opened(attributes: dict) -> dict:
    """Some instrumentations put the whole message, as JSON, into one attribute."""
    whole = text.parsed(attributes.get("gen_ai.event.content"))
    return whole if isinstance(whole, dict) else attributes


def _of_prompts(events: list[Said]) -> Content | None:
    asked = next((said for name, said in events if name == PROMPT), None)
    answered = next((said for name, said in events if name == COMPLETION), None)
    if asked is None and answered is None:
        return None
    return (
        asked and (asked.get("gen_ai.prompt") or asked),
        answered and (answered.get("gen_ai.completion") or answered),
    )

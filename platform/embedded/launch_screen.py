"""What `manage.py up` shows on the terminal."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

REFRESH_SECONDS = 0.1
FIRST_LOGIN = "first-login.txt"


class Screen:
    """Steps with their time, which runs on a terminal and is one line each in a file."""

    def __init__(self, output: TextIO) -> None:
        self.output = output
        self.is_terminal = output.isatty()
        self.began = time.monotonic()
        self.now_doing = ""
        self.step_began = 0.0
        self.painted_at = 0.0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        self.now_doing, self.step_began = what, time.monotonic()
        if not self.is_terminal:
            self.line(f"{what} …")
        try:
            yield
        except BaseException:
            self.clear()
            self.now_doing = ""
            raise
        self.clear()
        self.now_doing = ""
        self.line(f"  done  {time.monotonic() - self.step_began:4.1f} s  {what}")

    def refresh(self) -> None:
        """Called while a step works: shows on a terminal for how long it has."""
        now = time.monotonic()
        if self.is_terminal and self.now_doing and now - self.painted_at > REFRESH_SECONDS:
            self.painted_at = now
            self.write(f"\r  ....  {now - self.step_began:4.1f} s  {self.now_doing}")

    def note(self, text: str) -> None:
        self.clear()
        self.line(text)

    def show(self, text: str) -> None:
        self.line(f"\n{text}\n")

    def fail(self, sentence: str) -> None:
        self.clear()
        print(f"Sonde did not start: {sentence}", file=sys.stderr, flush=True)

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def clear(self) -> None:
        if self.is_terminal and self.now_doing:
            self.write("\r\x1b[K")

    def line(self, text: str) -> None:
        self.write(f"{text}\n")

    def write(self, text: str) -> None:
        self.output.write(text)
        self.output.flush()


def welcome(base_url: str, folder: Path, seeded: Mapping[str, str | None], seconds: float) -> str:
    """The address, and either the first login with a snippet to paste, or where those were kept."""
    parts = [f"Sonde is ready at {base_url}  (after {seconds:.1f} s)"]
    kept = folder / FIRST_LOGIN
    if seeded["secret_key"] or seeded["password"]:
        parts += [first_login(base_url, seeded), f"This is kept in {kept}: delete it when noted."]
    elif kept.exists():
        parts.append(f"The first login and its keys are in {kept}")
    parts.append(f"Data and logs are in {folder}. Ctrl-C stops Sonde and loses nothing.")
    return "\n\n".join(parts)


def first_login(base_url: str, seeded: Mapping[str, str | None]) -> str:
    password = seeded["password"] or "(the one it already has)"
    rows = [("Log in as", seeded["email"]), ("Password", password)]
    rows += [("Public key", seeded["public_key"])]
    if seeded["secret_key"]:
        rows += [("Secret key", seeded["secret_key"])]
    text = "\n".join(f"    {name:<12}{value}" for name, value in rows)
    if seeded["secret_key"]:
        text += f"\n\nSend a first trace:\n\n{snippet(base_url, seeded)}"
    return text


MADE_BY_THE_SHELL = {
    "trace_id": "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')",
    "span_id": "$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')",
    "now": "$(date +%s)",
}


def snippet(base_url: str, seeded: Mapping[str, str | None]) -> str:
    """One trace by curl, which needs nothing installed. The shell makes its ids and its time, so
    that it is of the moment at which it is sent.
    """
    attributes = {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Say hello.",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Hello!",
    }
    counts = {"gen_ai.usage.input_tokens": 9, "gen_ai.usage.output_tokens": 2}
    span = {
        "traceId": "$trace_id",
        "spanId": "$span_id",
        "name": "hello",
        "kind": 3,
        "startTimeUnixNano": "$now000000000",
        "endTimeUnixNano": "$now850000000",
        "attributes": [
            *({"key": key, "value": {"stringValue": text}} for key, text in attributes.items()),
            *({"key": key, "value": {"intValue": str(count)}} for key, count in counts.items()),
        ],
    }
    request = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    body = json.dumps(request, separators=(",", ":"))
    for name in MADE_BY_THE_SHELL:  # leaves the single quotes for it
        body = body.replace(f"${name}", f"'${name}'")
    made = "\n".join(f"{name}={command}" for name, command in MADE_BY_THE_SHELL.items())
    return (
        f"{made}\n"
        f"curl {base_url}/v1/traces -u {seeded['public_key']}:{seeded['secret_key']} \\\n"
        f"  -H 'Content-Type: application/json' -d '{body}'"
    )

"""A statement's tokens, by a stricter grammar than ClickHouse's own: what is unusual is refused."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_CHARACTERS = 20_000
MAX_TOKENS = 4_000
MAX_DEPTH = 40

TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]+|--[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\\0]|\\[^\0]|'')*')
    |(?P<quoted>`[^`"'\\.\x00-\x1f]{1,100}`|"[^`"'\\.\x00-\x1f]{1,100}")
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<word>[A-Za-z_][A-Za-z0-9_]{0,99}(?![\w$]))
    |(?P<sign>->|::|\|\||<=|>=|<>|!=|==|[-+*/%=<>,.()\[\]])
    |(?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)
CLOSES = {")": "(", "]": "["}


class NotAllowed(Exception):
    """A statement that will not be run. Its text says why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # string, quoted, number, word or sign
    text: str  # of a quoted name: what is in the quotes
    at: int

    @property
    def is_name(self) -> bool:
        return self.kind in ("word", "quoted")

    def says(self, *texts: str) -> bool:
        return self.kind in ("word", "sign") and self.text.lower() in texts


NOTHING = Token("sign", "", 0)


def tokens(text: str) -> list[Token]:
    """Without comments and a last semicolon. Raises NotAllowed."""
    if len(text) > MAX_CHARACTERS:
        raise NotAllowed(
            _("A statement has at most %(most)s characters.") % {"most": MAX_CHARACTERS}
        )
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            line = text.count("\n", 0, at) + 1
            message = _("Line %(line)s cannot be read from “%(text)s” on.")
            raise NotAllowed(message % {"line": line, "text": text[at : at + 20]})
        kind, word = match.lastgroup or "", match.group()
        at = match.end()
        if kind != "skip":
            found.append(Token(kind, word[1:-1] if kind == "quoted" else word, match.start()))
        if len(found) > MAX_TOKENS:
            message = _("A statement has at most %(most)s words and signs.")
            raise NotAllowed(message % {"most": MAX_TOKENS})
    while found and found[-1].kind == "end":
        found.pop()
    if any(token.kind == "end" for token in found):
        raise NotAllowed(_("Write one statement: there is a ; in the middle."))
    _balance(found)
    return found


def _balance(found: list[Token]) -> None:
    opened: list[str] = []
    for token in found:
        if token.says("(", "["):
            opened.append(token.text)
            if len(opened) > MAX_DEPTH:
                message = _("Brackets are at most %(most)s deep.")
                raise NotAllowed(message % {"most": MAX_DEPTH})
        elif token.says(")", "]") and (not opened or opened.pop() != CLOSES[token.text]):
            message = _("There is a %(sign)s that closes nothing.")
            raise NotAllowed(message % {"sign": token.text})
    if opened:
        message = _("There is a %(sign)s that is not closed.")
        raise NotAllowed(message % {"sign": opened[-1]})


def after(found: list[Token], index: int) -> Token:
    return found[index + 1] if index + 1 < len(found) else NOTHING


def before(found: list[Token], index: int) -> Token:
    return found[index - 1] if index > 0 else NOTHING

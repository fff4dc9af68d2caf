"""Outside text as it may be stored: valid Unicode without NUL, of bounded length, JSON spelt out so
that search finds it.
"""

import re

import msgspec

from ingest.mapping import limits

REPLACEMENT = "\ufffd"
REPLACED = "text_replaced"  # the marks of a span, as its page names them
TRUNCATED = "truncated"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_decode_raw = msgspec.json.Decoder(msgspec.Raw).decode
_escape = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_surrogate = re.compile("[\ud800-\udfff]")


def clean(text: str, marks: set[str]) -> str:
    """The text without NUL and lone surrogates, each of which becomes U+FFFD and leaves a mark."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACEMENT)
        marks.add(REPLACED)
    if not text.isascii() and _surrogate.search(text):
        text = _surrogate.sub(REPLACEMENT, text)
        marks.add(REPLACED)
    return text


def cut(text: str, limit: int, marks: set[str]) -> str:
    """At most `limit` characters of the text, and a marker that says how long it was."""
    if len(text) <= limit:
        return text
    marks.add(TRUNCATED)
    return f"{text[:limit]}… [truncated: {len(text):,} characters in all]"


def label(value: object, marks: set[str]) -> str:
    """A name or an identifier, whatever it was sent as."""
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= limits.LABEL_CHARACTERS else _cut_label(text, marks)


def _cut_label(text: str, marks: set[str]) -> str:
    marks.add(TRUNCATED)
    return text[: limits.LABEL_CHARACTERS]


def stored(value: object, marks: set[str], limit: int = limits.VALUE_CHARACTERS) -> str:
    """A value as text: strings as they are, everything else as JSON."""
    text = value if isinstance(value, str) else json_text(value)
    if "\\" in text and "\\u" in text:  # one letter is found forty times as fast as two
        text = spelt_out(text, marks)
    return text if len(text) <= limit else cut(text, limit, marks)


def json_text(value: object) -> str:
    try:
        return _encode(value).decode()
    except RecursionError:
        return '"… [nested too deep]"'


def parsed(value: object) -> object:
    """What JSON text says, or the value itself where it is no text; None for what is not JSON."""
    if not isinstance(value, str):
        return value
    try:
        return _decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None


def spelt_out(text: str, marks: set[str]) -> str:
    r"""JSON text with `\ud55c` written as the letter it is, every number and space left as sent.

    Python's `json.dumps` escapes everything beyond ASCII by default, and a search for the word
    would miss it.
    """
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return text
    found: set[str] = set()
    spelt = _escape.sub(lambda match: _spelt(match.group(), found), text)
    try:
        _decode_raw(spelt)
    except (msgspec.DecodeError, RecursionError):
        return text  # only looked like JSON
    marks |= found
    return spelt


def _spelt(escape: str, marks: set[str]) -> str:
    if escape[1] != "u":
        return escape
    if len(escape) == 12:  # a pair of surrogates
        return chr(0x10000 + ((int(escape[2:6], 16) - 0xD800) << 10) + int(escape[8:], 16) - 0xDC00)
    code = int(escape[2:], 16)
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        marks.add(REPLACED)
        return REPLACEMENT
    return escape if code < 0x20 or code in (0x22, 0x5C) else chr(code)

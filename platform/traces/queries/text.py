"""Finding text in what went in and out, by the index of two-letter pieces."""

import unicodedata

TEXT_OF_SPAN = "(lower(s.input) LIKE lower({pattern}) OR lower(s.output) LIKE lower({pattern}))"
# Not indexed, and mostly empty: asked apart, so that the index still serves the other half.
TEXT_OF_TRACE = (
    "(lower(s.trace_input) LIKE lower({pattern}) OR lower(s.trace_output) LIKE lower({pattern}))"
)


def like_pattern(text: str) -> str:
    """Finds the text anywhere, its `%` and `_` taken literally; composed as stored text is."""
    text = unicodedata.normalize("NFC", text)
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"

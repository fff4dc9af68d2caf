"""About how many tokens a prompt has. Pure.

An estimate, and always shown as one (≈): every model cuts text in its own way, and their word
lists are megabytes. Four letters of an alphabet make a token, as providers say of English; a
syllable or character of Korean, Chinese or Japanese makes one; a sign or a line break makes one
unless it stands in a word's place. A message of a chat adds four for its frame. Variables and
placeholders count nothing: what they will hold is not known.
"""

import re

from prompts.body import Body, texts_of
from prompts.substitution import VARIABLE

LETTERS_OF_A_TOKEN = 4
FRAME = 4  # role and delimiters of a message
_units = re.compile(
    r"(?P<wide>[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
    r"|(?P<word>[^\W_]+?(?=[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\W_]|$))"
    r"|(?P<sign>[^\w\s]|_)"
    r"|(?P<lines>\n+)"
)


def tokens_in(body: Body) -> int:
    texts = texts_of(body)
    frames = 0 if isinstance(body, str) else FRAME * len(texts)
    return frames + sum(_of_text(text) for text in texts)


def _of_text(text: str) -> int:
    count = 0
    for found in _units.finditer(VARIABLE.sub("", text)):
        word = found["word"]
        count += -(-len(word) // LETTERS_OF_A_TOKEN) if word else 1
    return count

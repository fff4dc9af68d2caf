"""`{{variables}}` in a prompt's text. Pure.

One pass, by hand: what is put in is never read again, and no template language sees what people
wrote. Spaces inside the braces do not count. Whatever is no variable's name stays as it stands.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

VARIABLE = re.compile(r"\{\{[ \t]{0,20}([^\W\d][\w.-]{0,99})[ \t]{0,20}\}\}")
BRACED = re.compile(r"\{\{([^{}\n]{0,200})\}\}")


def variables_of(texts: Iterable[str]) -> list[str]:
    """The names, each once, in the order in which they first stand."""
    return list(dict.fromkeys(name for text in texts for name in VARIABLE.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in place; a variable without a value stays."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def unfilled(text: str) -> Iterator[str]:
    """What stands in double braces and is no variable's name: most likely a slip of the pen."""
    for found in BRACED.finditer(text):
        if not VARIABLE.fullmatch(found[0]):
            yield found[0]

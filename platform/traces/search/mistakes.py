"""What other query languages write and this one has not: told, since as text it would silently ask
another question. In quotes all of it is text.
"""

import re

from django.utils.translation import gettext as _

from traces.search.fields import KEYED, NUMBER, field_named

CONNECTIVES = ("AND", "OR", "NOT")
_COMPARED = re.compile(r'([A-Za-z_]+)(\.[^\s"():\\<>=!]+)?(\s*)(>=|<=|!=|==|=|>|<)\s*([^\s"()]*)')
_EXPRESSION = re.compile(r"/.+/i?")
MAX_SHOWN = 40


def connective(word: str) -> str:
    """What to write in place of one of CONNECTIVES."""
    if word.upper() == "NOT":
        return _("NOT is a minus here: -level:ERROR. As a word to find it needs quotes.")
    if word.upper() == "AND":
        return _("AND is what a space means here: leave it out. As a word to find it needs quotes.")
    return _("OR stands between the values of one field: level:(ERROR OR WARNING).")


def comparison(text: str, at: int) -> tuple[str, int] | None:
    """What is wrong with `latency>2` or `cost < 1` there, and where it ends."""
    found = _COMPARED.match(text, at)
    field = field_named(found.group(1)) if found else None
    if not found or not field or bool(found.group(2)) != (field.kind == KEYED):
        return None
    name, key, space, operator, value = found.groups()
    if space and (field.kind != NUMBER or "=" in operator[:1] or operator == "!="):
        return None
    sign, order = "-" if operator == "!=" else "", operator if operator[0] in "<>" else ""
    meant = f"{sign}{name}{key or ''}:{order}{value or '…'}"
    told = _("A colon stands behind a field: %(meant)s. As text it needs quotes.")
    return told % {"meant": meant[:MAX_SHOWN]}, found.end()


def pattern(value: str, *, is_text: bool) -> str | None:
    """What is wrong with `rag*`, and with `/rag/` where it is not text."""
    if "*" in value:
        if is_text:
            return _("There are no wildcards: a word is found within others. A star needs quotes.")
        return _("There are no wildcards: ask for a part as name:~part. A star needs quotes.")
    if not is_text and _EXPRESSION.fullmatch(value):
        return _("There are no regular expressions: ask for a part as name:~part, or use quotes.")
    return None

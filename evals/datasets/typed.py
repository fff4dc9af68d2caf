"""Values of JSON as people type them: what is no JSON is a text. Pure."""

import json
from typing import Any

from django.utils.translation import gettext as _

BEGINNINGS = ("{", "[", '"')  # of what is meant as JSON, and is not read as a text by mistake


class Mistyped(ValueError):
    """The message says where it is no JSON."""


def typed(value: Any) -> str:
    """The value as a field shows it: `read` gives it back. Nothing stands for null."""
    if value is None:
        return ""
    if isinstance(value, str) and value == value.strip() and value and not _is_json_like(value):
        return json.dumps(value) if "\r" in value else value
    return json.dumps(value, ensure_ascii=False, indent=2)


def read(text: str) -> Any:
    """Raises Mistyped."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        if not text.startswith(BEGINNINGS):
            return text
        at = {"line": error.lineno, "column": error.colno, "what": error.msg}
        words = _("Line %(line)s, column %(column)s: this is no JSON (%(what)s).")
        raise Mistyped(words % at) from error
    except RecursionError as error:
        raise Mistyped(_("This is nested too deeply.")) from error
    except Mistyped:
        raise
    except ValueError:  # NaN, or a number of thousands of digits
        return text


def _is_json_like(text: str) -> bool:
    if text.startswith(BEGINNINGS):
        return True
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Mistyped(_("The key “%(key)s” stands twice in one object.") % {"key": twice[:100]})
    return found


def _refuse(name: str) -> Any:
    raise ValueError(name)


def as_text(value: Any) -> str:
    """For reading: a text as it is, anything else as JSON; nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

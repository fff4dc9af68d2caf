"""A prompt's configuration, as people type it: JSON, read strictly. Pure."""

import json
from typing import Any

from django.utils.translation import gettext as _

from prompts.kept import MAX_CHARACTERS, Unkept, config_kept


class InvalidConfig(ValueError):
    """The message says what is wrong; `line` where, counted from 1 (0: in no one line)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def config_of(text: str) -> dict[str, Any]:
    """The object that was typed; nothing typed is an empty one. Raises InvalidConfig."""
    if not text.strip():
        return {}
    if len(text) > MAX_CHARACTERS:
        most = f"{MAX_CHARACTERS:,}"
        raise InvalidConfig(
            _("The configuration has at most %(most)s characters.") % {"most": most}
        )
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno, "what": error.msg}
        words = _("Line %(line)s, column %(column)s: this is no JSON (%(what)s).") % at
        raise InvalidConfig(words, error.lineno) from error
    except RecursionError as error:
        raise InvalidConfig(_("The configuration is nested too deeply.")) from error
    except ValueError as error:
        if isinstance(error, InvalidConfig):
            raise
        raise InvalidConfig(_("A number in the configuration is too long.")) from error
    if not isinstance(found, dict):
        raise InvalidConfig(_("The configuration must be a JSON object: {…}."), 1)
    try:
        config_kept(found)
    except Unkept as error:
        raise InvalidConfig(str(error)) from error
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            words = _("The key “%(key)s” stands twice in one object.")
            raise InvalidConfig(words % {"key": key[:100]})
        found[key] = value
    return found


def _refuse_constant(name: str) -> None:
    raise InvalidConfig(_("“%(name)s” is no number in JSON.") % {"name": name})


def pretty(config: Any) -> str:
    return json.dumps(config, ensure_ascii=False, indent=2)

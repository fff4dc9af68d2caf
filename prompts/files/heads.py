"""The YAML at the head of a file: read as JSON's values and nothing more, within bounds. Pure."""

import re
from typing import Any

import yaml
from django.utils.translation import gettext as _

MAX_CHARACTERS = 600_000
MOST_DEPTH = 60
MOST_EVENTS = 100_000

# libyaml where it was compiled in: ten times as fast.
_Reader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Writer: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class InvalidHead(ValueError):
    """The message says what cannot be read."""


class _Loader(_Reader):
    """Of plain words only null, booleans and numbers as JSON writes them are no texts: no dates, no
    `yes`, no 12:30 that is 750.
    """

    yaml_implicit_resolvers: dict[str, list] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        found = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                words = _("Line %(line)s: a key must be a text.")
                raise InvalidHead(words % {"line": key_node.start_mark.line + 2})
            if key in found:
                words = _("Line %(line)s: the key “%(key)s” stands twice.")
                said = {"line": key_node.start_mark.line + 2, "key": key[:100]}
                raise InvalidHead(words % said)
            found[key] = self.construct_object(value_node, deep=deep)
        return found


def _mapping(loader: _Loader, node: Any) -> dict:
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
for _tag, _pattern, _first in (
    ("null", r"(?:~|null|)", ["~", "n", ""]),
    ("bool", r"(?:true|false)", list("tf")),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    # With a point and a signed exponent, or writers of YAML 1.1 would not have put quotes round it.
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^{_pattern}$"), _first)


def read(text: str) -> dict[str, Any]:
    """The mapping that the text is. Raises InvalidHead."""
    if len(text) > MAX_CHARACTERS:
        words = _("The head has at most %(most)s characters.")
        raise InvalidHead(words % {"most": f"{MAX_CHARACTERS:,}"})
    try:
        _refuse_what_grows(text)
        found = yaml.load(text, _Loader)  # a SafeLoader
    except InvalidHead:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidHead(_told(error)) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InvalidHead(_("The head must be a mapping: lines of “key: value”."))
    return found


def _refuse_what_grows(text: str) -> None:
    """Read once without building anything: what refers to other parts could be endless."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, _Reader)):
        line = event.start_mark.line + 2  # counted in the file, whose first line is ---
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            words = _("Line %(line)s: anchors and aliases (&, *) are not read.")
            raise InvalidHead(words % {"line": line})
        if getattr(event, "tag", None):
            raise InvalidHead(_("Line %(line)s: tags (!) are not read.") % {"line": line})
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            words = _("Line %(line)s: nested more than %(most)s deep.")
            raise InvalidHead(words % {"line": line, "most": MOST_DEPTH})
        if number > MOST_EVENTS:
            words = _("The head has more than %(most)s parts.")
            raise InvalidHead(words % {"most": f"{MOST_EVENTS:,}"})


def _told(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None)  # in the parser's own words
    if mark is None:
        return _("The head is no YAML: %(what)s.") % {"what": what or error}
    words = _("Line %(line)s is no YAML: %(what)s.")
    return words % {"line": mark.line + 2, "what": what or error}


def written(head: dict[str, Any]) -> str:
    """As `read` reads it, and other readers of YAML do."""
    return yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


class _Dumper(_Writer):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _float(dumper: _Dumper, value: float) -> Any:
    """As JSON writes it, with a point where the exponent would make older readers see a text."""
    mantissa, e, exponent = repr(value).partition("e")
    text = (mantissa if "." in mantissa else f"{mantissa}.0") + e + exponent
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(float, _float)

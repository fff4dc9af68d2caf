"""How datasets and splits may be called, and which ids an item may have. Pure."""

import unicodedata

from django.utils.translation import gettext as _

from prompts.names import CONTROL, sought

MAX_NAME = 200
MAX_SPLIT = 50
MOST_SPLITS = 20
MAX_ID = 255
MAX_SOURCE = 800  # as ingestion takes the ids of traces


class InvalidName(ValueError):
    """The message says which name and what is wrong with it."""


def dataset_name(given: object) -> str:
    """Composed (NFC). Folders are parted by `/`."""
    name = _text(given, _("name"), MAX_NAME)
    if any(not part.strip() or part in (".", "..") for part in name.split("/")):
        raise InvalidName(
            _("Every folder in a dataset's name needs a name: “a/b”, not “/a” or “a//b”.")
        )
    return name


def split_names(given: object) -> list[str]:
    """Each once, in the order of the alphabet."""
    if not isinstance(given, list | tuple):
        raise InvalidName(_("Splits are a list of names."))
    names = sorted({_text(name, _("split"), MAX_SPLIT) for name in given})
    if any("," in name for name in names):
        raise InvalidName(_("A split's name must not hold a comma: it parts one from the next."))
    if len(names) > MOST_SPLITS:
        raise InvalidName(_("An item has at most %(most)s splits.") % {"most": MOST_SPLITS})
    return names


def item_id(given: object) -> str:
    return _id(given, "id", MAX_ID)


def source_id(given: object, name: str) -> str:
    """Of a trace or an observation; empty where none is given."""
    return "" if given is None or given == "" else _id(given, name, MAX_SOURCE)


def _id(given: object, name: str, most: int) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= most or CONTROL.search(given):
        words = _("%(name)s must be a text of 1 to %(most)s characters.")
        raise InvalidName(words % {"name": name, "most": most})
    return given


def _text(given: object, what: str, most: int) -> str:
    name = sought(given) if isinstance(given, str) else ""
    if not 0 < len(name) <= most:
        words = _("The %(what)s must have 1 to %(most)s characters.")
        raise InvalidName(words % {"what": what, "most": most})
    if CONTROL.search(name) or any(unicodedata.category(one) == "Cf" for one in name):
        words = _("The %(what)s must not hold characters that cannot be seen.")
        raise InvalidName(words % {"what": what})
    return name

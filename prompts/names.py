"""How prompts, labels, tags and variables may be called. Pure.

Each check returns the name as it is kept, or raises InvalidName with what to do. Names that look
alike are one name: they are kept composed (NFC), and hold nothing that cannot be seen.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

MAX_NAME = 255
MAX_LABEL = 36
MAX_TAG = 100
MOST_TAGS = 50
MOST_LABELS = 50  # of one request
LATEST = "latest"
PRODUCTION = "production"

LABEL = re.compile(r"[a-z0-9_.-]{1,36}")
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class InvalidName(ValueError):
    """The message says which name and what is wrong with it."""


def prompt_name(given: object) -> str:
    """Folders are parted by `/`. A `|` parts the fields of a reference, so no name holds one."""
    name = _text(given, _("name"), MAX_NAME)
    if "|" in name:
        words = _("A prompt's name must not hold “|”: it parts the fields of a reference.")
        raise InvalidName(words)
    if "@@@" in name:
        raise InvalidName(_("A prompt's name must not hold “@@@”: it ends a reference."))
    if any(not part.strip() or part in (".", "..") for part in name.split("/")):
        raise InvalidName(
            _("Every folder in a prompt's name needs a name: “a/b”, not “/a” or “a//b”.")
        )
    return name


def sought(name: str) -> str:
    """The name under which a prompt is kept that somebody asks for by this one."""
    return unicodedata.normalize("NFC", name.strip())


def label_name(given: object) -> str:
    """`latest` is refused: it is kept automatically."""
    if not isinstance(given, str) or not LABEL.fullmatch(given):
        raise InvalidName(
            _(
                "A label has 1 to %(most)s lower-case letters, digits, hyphens, dots and "
                "underscores."
            )
            % {"most": MAX_LABEL}
        )
    if given == LATEST:
        raise InvalidName(_("“latest” is kept automatically and cannot be set."))
    return given


def label_names(given: Iterable[object]) -> list[str]:
    """Each once."""
    names = list(dict.fromkeys(label_name(name) for name in given))
    if len(names) > MOST_LABELS:
        raise InvalidName(_("At most %(most)s labels can be set at once.") % {"most": MOST_LABELS})
    return names


def tag_name(given: object) -> str:
    return _text(given, _("tag"), MAX_TAG)


def _text(given: object, what: str, most: int) -> str:
    if not isinstance(given, str):
        raise InvalidName(_("The %(what)s must be text.") % {"what": what})
    name = sought(given)
    if not 0 < len(name) <= most:
        words = _("The %(what)s must have 1 to %(most)s characters.")
        raise InvalidName(words % {"what": what, "most": most})
    if CONTROL.search(name):
        raise InvalidName(_("The %(what)s must not hold control characters.") % {"what": what})
    if any(unicodedata.category(character) == "Cf" for character in name):
        words = _("The %(what)s must not hold characters that cannot be seen.")
        raise InvalidName(words % {"what": what})
    return name

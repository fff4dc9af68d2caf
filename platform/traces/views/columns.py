"""The columns of the lists: which there are, and which a page was asked to show (`cols=`).

Time and name are always there. `metadata.region` is a column of that key; a comma in a key is `\\,`
and a backslash `\\\\`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MAX_COLUMNS = 12
MAX_KEY = 200
METADATA = "metadata"
_NAME = re.compile(r"(?:\\[\\,]|[^,])+")


@dataclass(frozen=True, slots=True)
class Column:
    """`order` is the list's order by it, if there is one; `key` is that of the metadata."""

    name: str
    words: str | Promise
    css: str = ""
    order: str = ""
    key: str = ""

    @property
    def cell(self) -> str:
        return f"traces/cells/{METADATA if self.key else self.name}.html"


COLUMNS = {
    column.name: column
    for column in (
        Column("input", gettext_lazy("Input"), "w-text"),
        Column("output", gettext_lazy("Output"), "w-text"),
        Column("latency", gettext_lazy("Latency"), "r w-latency", "latency"),
        Column("tokens", gettext_lazy("Tokens"), "r w-tokens opt", "tokens"),
        Column("cost", gettext_lazy("Cost"), "r w-cost", "cost"),
        Column("scores", gettext_lazy("Scores"), "w-scores opt"),
        Column("model", gettext_lazy("Model"), "w-word opt"),
        Column("user", gettext_lazy("User"), "w-word opt"),
        Column("session", gettext_lazy("Session"), "w-word opt"),
        Column("environment", gettext_lazy("Environment"), "w-word opt"),
        Column("tags", gettext_lazy("Tags"), "w-word opt"),
        Column("version", gettext_lazy("Version"), "w-word opt"),
        Column("release", gettext_lazy("Release"), "w-word opt"),
        Column("spans", gettext_lazy("Spans"), "r w-errors opt"),
        Column("errors", gettext_lazy("Errors"), "r w-errors opt", "errors"),
        Column("trace", gettext_lazy("Trace"), "w-word opt"),
    )
}
OF_TRACES_ONLY = ("scores", "spans", "errors")
OF_OBSERVATIONS_ONLY = ("trace",)
DEFAULT = {
    "traces": ("input", "output", "latency", "tokens", "cost", "scores"),
    "observations": ("input", "output", "model", "latency", "tokens", "cost"),
}


def choosable(kind: str) -> list[Column]:
    """What a list of that kind can show."""
    unfit = OF_OBSERVATIONS_ONLY if kind == "traces" else OF_TRACES_ONLY
    return [column for name, column in COLUMNS.items() if name not in unfit]


def columns_in(text: str, kind: str, problems: list[str]) -> list[Column]:
    """The columns that `cols` names; those of the kind's default where it names none."""
    names = [name for name in _names(text) if name.strip()] or list(DEFAULT[kind])
    if len(names) > MAX_COLUMNS:
        problems.append(_("At most %(most)s columns are shown.") % {"most": MAX_COLUMNS})
    fit = {column.name: column for column in choosable(kind)}
    found: dict[str, Column] = {}
    for name in names[:MAX_COLUMNS]:
        group, _dot, key = name.partition(".")
        if group == METADATA and key:
            found[name] = Column(name, key[:MAX_KEY], "w-word opt", key=key[:MAX_KEY])
        elif name in fit:
            found[name] = fit[name]
        else:
            problems.append(_("There is no column “%(name)s”.") % {"name": name[:40]})
    return list(found.values())


def written(names: Iterable[str]) -> str:
    """The names as `cols` holds them."""
    return ",".join(re.sub(r"([\\,])", r"\\\1", name) for name in names)


def _names(text: str) -> list[str]:
    return [re.sub(r"\\([\\,])", r"\1", name) for name in _NAME.findall(text)]

"""What the pages of custom boards ask for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboards.boards.registry import board_named, boards
from dashboards.custom.likeness import Likeness, likeness
from dashboards.custom.models import CustomBoard
from dashboards.custom.widget import (
    BUCKETS,
    CHARTS,
    MAX_SCORE,
    MAX_TITLE,
    MOST,
    MOST_DIMENSIONS,
    MOST_MEASURES,
    WIDTHS,
    Measured,
    Problem,
    Widget,
    aggregations_for,
    measures_for,
    room,
)
from dashboards.custom.words import AGGREGATIONS, DIMENSIONS_OF, MEASURES, SCORES, VIEWS
from dashboards.custom.written import MAX_BYTES
from traces.queries.metrics.dimensions import METADATA, MOST_KEY
from traces.search.grammar import MAX_CHARACTERS

PREFIX = "w"  # a parameter like `model` by itself would narrow the page
OFF = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
PLACES = {"measures": "measure1", "by": "by1"}  # fields of a widget by those of the form
Choices = Iterable[tuple[str, str | Promise]]


class BoardForm(forms.ModelForm):
    class Meta:
        model = CustomBoard
        fields = ("name", "description", "is_shared")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "description": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "is_shared": _("Everybody in the project sees it, and members change it."),
        }

    def clean_name(self) -> str:
        return _visible(self.cleaned_data["name"])

    def clean_description(self) -> str:
        return _visible(self.cleaned_data["description"])


def _visible(text: str) -> str:
    text = " ".join(text.split())
    if not text.isprintable():
        raise forms.ValidationError(gettext("Visible characters only."))
    return text


class NewBoardForm(BoardForm):
    """May begin with the widgets that are like the panels of a ready-made board, broken down `by`
    and narrowed to one `of` its names as that was.
    """

    start = forms.ChoiceField(label=_("Start with"), required=False)
    by = forms.CharField(required=False, max_length=MOST_KEY + 20, widget=forms.HiddenInput)
    of = forms.CharField(required=False, max_length=MAX_SCORE, widget=forms.HiddenInput)
    field_order = ("start", "name", "description", "is_shared")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        ready = [(one.key, one.title) for one in boards()]
        self.fields["start"].choices = [("", _("an empty board")), *ready]
        self.fields["start"].help_text = _(
            "The panels of a ready-made board become widgets, as far as widgets can say the same."
        )

    def likeness(self) -> Likeness:
        """What is begun with. Of a form that is valid."""
        said = self.cleaned_data
        board = board_named(said["start"])
        if board is None:
            return Likeness((), (), ())
        return likeness(board, by=said["by"], of=said["of"])


class ImportForm(forms.Form):
    text = forms.CharField(
        label=_("JSON"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "maxlength": MAX_BYTES, **OFF}),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> str:
        """Its text."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large for a board."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from None

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if not self.errors and not (found.get("text") or found.get("file")):
            raise forms.ValidationError(_("Paste a board's JSON, or choose its file."))
        return found


class WidgetForm(forms.Form):
    """Shows a widget that fits, and offers what fits it. Whether it can be drawn is asked of the
    widget: see `told`.
    """

    title = forms.CharField(label=_("Title"), required=False)
    chart = forms.ChoiceField(label=_("Chart"), choices=[*CHARTS.items()])
    view = forms.ChoiceField(label=_("What is counted"), choices=[*VIEWS.items()])
    filter = forms.CharField(label=_("Filter"), required=False)
    score = forms.CharField(label=_("Name of the score"), required=False)
    most = forms.IntegerField(label=_("Series or rows at most"), required=False)
    bucket = forms.ChoiceField(label=_("Time step"), choices=[*BUCKETS.items()], required=False)
    width = forms.ChoiceField(
        label=_("Width"), choices=[(str(one), f"{one} / 12") for one in WIDTHS]
    )

    def __init__(self, widget: Widget) -> None:
        super().__init__(data_of(widget), prefix=PREFIX)
        made = dict(self.fields)
        self.fields: dict[str, forms.Field] = {
            name: made.pop(name) for name in ("title", "view", "chart")
        }
        self._add_measures(widget)
        self._add_dimensions(widget)
        if widget.view != SCORES:
            del made["score"]
        self.fields |= made
        for name, most in (("title", MAX_TITLE), ("filter", MAX_CHARACTERS), ("score", MAX_SCORE)):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"maxlength": most, **OFF}
        self.fields["filter"].widget.attrs["placeholder"] = "type:generation -level:error"
        self.fields["most"].widget.attrs |= {"min": 1, "max": MOST}

    def _add_measures(self, widget: Widget) -> None:
        known = [(name, MEASURES[widget.view][name]) for name in measures_for(widget)]
        shown = min(room(widget)[0], len(widget.measures) + 1)
        for number in range(1, shown + 1):
            name, _how = (*widget.measures, ("", ""))[number - 1]
            label = _("Measure") if number == 1 else _("Another measure")
            choices = known if number == 1 else [("", "–"), *known]
            self.fields[f"measure{number}"] = _choice(label, choices)
            if name:
                hows = [(one, AGGREGATIONS[one]) for one in aggregations_for(widget, name)]
                self.fields[f"how{number}"] = _choice(_("Put together as"), hows)

    def _add_dimensions(self, widget: Widget) -> None:
        known = [("", "–"), *DIMENSIONS_OF[widget.view].items()]
        known.append((METADATA, _("A key of the metadata")))
        shown = min(room(widget)[1], len(widget.by) + 1)
        for number in range(1, shown + 1):
            label = _("Broken down by") if number == 1 else _("and by")
            self.fields[f"by{number}"] = _choice(label, known)
            if number <= len(widget.by) and widget.by[number - 1].startswith(METADATA):
                key = forms.CharField(label=_("Key of the metadata"), required=False)
                key.widget.attrs |= {"maxlength": MOST_KEY, "placeholder": "team", **OFF}
                self.fields[f"key{number}"] = key

    def told(self, problems: Iterable[Problem]) -> "WidgetForm":
        """The same, with each problem at its place."""
        self.is_valid()
        for problem in problems:
            place = PLACES.get(problem.field, problem.field)
            self.add_error(place if place in self.fields else None, problem.words)
        return self


def _choice(label: str | Promise, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*choices], required=False)


def data_of(widget: Widget) -> dict[str, str]:
    """As the form sends it."""
    found = {
        "title": widget.title,
        "view": widget.view,
        "chart": str(widget.chart),
        "filter": widget.filter,
        "score": widget.score,
        "most": str(widget.most),
        "bucket": widget.bucket,
        "width": str(widget.width),
    }
    for number, (name, how) in enumerate(widget.measures, 1):
        found |= {f"measure{number}": name, f"how{number}": how}
    for number, name in enumerate(widget.by, 1):
        is_key = name.startswith(METADATA)
        found[f"by{number}"] = METADATA if is_key else name
        found[f"key{number}"] = name.removeprefix(METADATA) if is_key else ""
    return {f"{PREFIX}-{name}": value for name, value in found.items()}


def widget_sent(data: QueryDict, like: Widget) -> Widget:
    """What the form sends, whether it fits or not; `like` where it says nothing."""
    if not any(name.startswith(f"{PREFIX}-") for name in data):
        return like
    get = lambda name, default="": data.get(f"{PREFIX}-{name}", default).replace("\0", "")  # noqa: E731
    measures = []
    for number in range(1, MOST_MEASURES + 1):
        if name := get(f"measure{number}"):
            measures.append(Measured(name, get(f"how{number}")))
    by = []
    for number in range(1, MOST_DIMENSIONS + 1):
        if name := get(f"by{number}"):
            by.append(name + get(f"key{number}").strip() if name == METADATA else name)
    return Widget(
        key=like.key,
        title=" ".join(get("title").split()),
        chart=get("chart"),
        view=get("view"),
        measures=tuple(measures),
        by=tuple(by),
        filter=get("filter").strip(),
        score=get("score").strip(),
        bucket=get("bucket"),
        most=_whole(get("most"), like.most),
        width=_whole(get("width"), like.width),
    )


def _whole(text: str, default: int) -> int:
    if not text:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0

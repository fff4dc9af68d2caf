"""The forms of the pages of queues."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from evals.annotation import models, queues
from evals.annotation.items import MOST_AT_ONCE, Ref, of_trace
from evals.annotation.models import ObjectType, Queue
from evals.scores.models import ScoreConfig

CODE = {"class": "input mono", "spellcheck": "false", "autocomplete": "off"}
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, user: User) -> str:
        return user.get_full_name()


class QueueForm(forms.Form):
    """Valid, `wish` is the queue as it was asked for. Where the data hold `up` or `down` with the
    id of a score, a score was moved: then the form is as it was typed, with that, and not yet sent.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=models.MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=models.MAX_DESCRIPTION
    )
    rubric = forms.CharField(
        label=gettext_lazy("Rubric"),
        required=False,
        max_length=models.MAX_RUBRIC,
        help_text=gettext_lazy(
            "When which score is given, in Markdown. It stands beside each item."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    configs = forms.ModelMultipleChoiceField(
        ScoreConfig.objects.none(),
        label=gettext_lazy("Scores"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    members = PeopleField(
        User.objects.none(),
        label=gettext_lazy("Members"),
        required=False,
        help_text=gettext_lazy(
            "Only they are given items. Without any, everybody who may edit is."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    per_item = forms.IntegerField(
        label=gettext_lazy("Annotations per item"),
        min_value=1,
        max_value=models.MOST_PER_ITEM,
        initial=1,
        help_text=gettext_lazy("More than one tells how far people agree."),
        widget=forms.TextInput(attrs=NUMBER),
    )
    has_filter = forms.BooleanField(label=gettext_lazy("Add new traces by a query"), required=False)
    query = forms.CharField(
        label=gettext_lazy("Query"),
        required=False,
        max_length=models.MAX_QUERY,
        help_text=gettext_lazy("As in the list of traces: level:ERROR, or scores.helpful:<0.5."),
        widget=forms.TextInput(attrs=CODE),
    )
    sampling = forms.FloatField(
        label=gettext_lazy("Share of them, in per cent"),
        required=False,
        initial=100,
        min_value=0.001,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    a_day = forms.IntegerField(
        label=gettext_lazy("At most a day"),
        required=False,
        initial=100,
        min_value=1,
        max_value=models.MOST_A_DAY,
        widget=forms.TextInput(attrs=NUMBER),
    )

    def __init__(self, data: QueryDict | None, *, project: Project, queue: Queue | None) -> None:
        initial = initial_of(queue) if queue else {}
        is_moved = data is not None and ("up" in data or "down" in data)
        if data is not None and is_moved:
            initial = {name: typed(data, name) for name in self.base_fields}
        super().__init__(None if is_moved else data, initial=initial)
        known = ScoreConfig.objects.filter(project=project, is_archived=False).order_by("name")
        self.order = in_order(known, order_in(data) or (queue.config_ids if queue else []))
        if data is not None:
            self.order = moved(self.order, up=data.get("up", ""), down=data.get("down", ""))
        self.fields["configs"].queryset = known
        self.fields["configs"].choices = [(one.pk, one.name) for one in self.order]
        self.fields["members"].queryset = queues.people_of(project)

    @property
    def wish(self) -> queues.Wish:
        said = self.cleaned_data
        wanted = None
        if said["has_filter"]:
            wanted = queues.Filter(
                query=said["query"], sampling=said["sampling"] or 100.0, a_day=said["a_day"] or 100
            )
        return queues.Wish(
            name=said["name"],
            description=said["description"],
            rubric=said["rubric"].replace("\r\n", "\n"),
            config_ids=self.config_ids(),
            per_item=said["per_item"],
            filter=wanted,
            members=list(said["members"]),
        )

    def config_ids(self) -> list[str]:
        """In the order of the form."""
        chosen = {one.pk for one in self.cleaned_data["configs"]}
        return [one.pk for one in self.order if one.pk in chosen]


def typed(data: QueryDict, name: str) -> Any:
    return data.getlist(name) if name in ("configs", "members") else data.get(name)


def order_in(data: QueryDict | None) -> list[str]:
    return data.getlist("order") if data is not None else []


def in_order(known: Iterable[ScoreConfig], ids: Sequence[str]) -> list[ScoreConfig]:
    """Those that `ids` name first, in that order."""
    places = {one: place for place, one in enumerate(ids)}
    return sorted(known, key=lambda one: places.get(one.pk, len(ids)))


def moved(order: list[ScoreConfig], *, up: str, down: str) -> list[ScoreConfig]:
    """With one of them a place further up or down; at the end of its way it stays."""
    found = list(order)
    place = next((at for at, one in enumerate(order) if one.pk in (up, down)), None)
    if place is not None:
        one = found.pop(place)
        found.insert(max(0, place - 1 if one.pk == up else place + 1), one)
    return found


def initial_of(queue: Queue) -> dict[str, Any]:
    names = (
        "name",
        "description",
        "rubric",
        "per_item",
        "has_filter",
        "query",
        "sampling",
        "a_day",
    )
    return {name: getattr(queue, name) for name in names} | {
        "sampling": f"{queue.sampling:g}",
        "configs": queue.config_ids,
        "members": list(queue.memberships.values_list("user_id", flat=True)),
    }


class AddForm(forms.Form):
    """Ids of traces or sessions, one in each line."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            (ObjectType.TRACE, gettext_lazy("Traces")),
            (ObjectType.SESSION, gettext_lazy("Sessions")),
        ],
        initial=ObjectType.TRACE,
    )
    ids = forms.CharField(
        label=gettext_lazy("Ids"),
        max_length=MOST_AT_ONCE * 100,
        help_text=gettext_lazy("One in each line."),
        widget=forms.Textarea(attrs=CODE | {"rows": 4}),
    )

    def clean_ids(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["ids"].splitlines())
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_AT_ONCE:
            words = _("Give %(most)s ids at most.")
            raise ValidationError(words % {"most": f"{MOST_AT_ONCE:,}"})
        return found

    @property
    def refs(self) -> list[Ref]:
        ids, kind = self.cleaned_data["ids"], self.cleaned_data["kind"]
        made = (of_trace(one) if kind == ObjectType.TRACE else Ref(kind, one) for one in ids)
        return [ref for ref in made if ref.is_sound]

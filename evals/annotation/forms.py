"""The forms of the pages of queues."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
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
    """Valid, `wish` is the queue as it was asked for."""

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

    def __init__(self, *args: Any, project: Project, queue: Queue | None, **options: Any) -> None:
        super().__init__(*args, initial=initial_of(queue) if queue else None, **options)
        self.queue = queue
        known = ScoreConfig.objects.filter(project=project, is_archived=False)
        self.fields["configs"].queryset = known.order_by("name")
        self.fields["configs"].choices = in_order(known.order_by("name"), queue)
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
        """Those that were chosen before keep their order; new ones come after."""
        chosen = [one.pk for one in self.cleaned_data["configs"]]
        earlier = [one for one in (self.queue.config_ids if self.queue else []) if one in chosen]
        return earlier + [one for one in chosen if one not in earlier]


def in_order(known: Iterable[ScoreConfig], queue: Queue | None) -> list[tuple[str, str]]:
    """Those of the queue first, as it asks for them."""
    places = {one: place for place, one in enumerate(queue.config_ids if queue else [])}
    ordered = sorted(known, key=lambda one: places.get(one.pk, len(places)))
    return [(one.pk, one.name) for one in ordered]


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

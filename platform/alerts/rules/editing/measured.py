"""What is measured, as the editor asks for it; of a composite with what makes it a signal."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from alerts.rules.conditions import MOST_SAMPLES
from alerts.rules.definition import MAX_TEXT, MOST_SCORES
from alerts.rules.editing.fields import Choice, Flag, Number, Search, Text, Whole, shown
from alerts.rules.editing.part import Json, Part, Sent
from alerts.rules.points import Side
from traces.metric_words import AGGREGATIONS, MEASURES, VIEWS, aggregations
from traces.queries.metrics import OBSERVATIONS, SCORES
from traces.queries.metrics.quantities import ALIASES

SHARE_OF = "share_of"  # the choice that stands for a second query
OF_SIGNAL = ("name", "side", "weight", "is_rate", "absolute_floor", "least_samples")


class MeasuredPart(Part):
    """`measure` may be SHARE_OF, which the JSON says by a `bad_query`."""

    view = Choice(_("What is counted"), VIEWS.items())
    measure = Choice(_("Measure"), ())
    aggregation = Choice(_("Put together as"), ())
    scores = Text(_("Names of scores"), most=MAX_TEXT, help_text=_("Separated by commas."))
    query = Search(_("Which of them"), help_text=_("As in the search bar. Empty: all."))
    bad_query = Search(_("Share of those that are also"), required=True)

    is_counted_only = False  # where a rule asks whether there is anything at all

    def adapt(self) -> None:
        view = self.typed("view")
        view = view if view in VIEWS else OBSERVATIONS
        measure = self.typed("measure")
        if self.is_counted_only:
            self._drop("measure", "aggregation", "bad_query")
        elif measure == SHARE_OF:
            self._drop("aggregation")
        else:
            self._drop("bad_query")
        if view != SCORES:
            self._drop("scores")
        if "measure" in self.fields:
            self.fields["measure"].choices = self._measures(view, measure)
        if "aggregation" in self.fields:
            known = aggregations(view, ALIASES.get(measure, measure))
            choices = [(one, AGGREGATIONS[one]) for one in known if one in AGGREGATIONS]
            self.fields["aggregation"].choices = choices
            if len(choices) < 2 or measure == "count":
                self._drop("aggregation")

    def _measures(self, view: str, chosen: str) -> list:
        known = dict(MEASURES[view])
        if chosen and chosen != SHARE_OF and len(chosen) <= MAX_TEXT:
            known.setdefault(chosen, chosen)  # of a rule from elsewhere; maybe there is none such
        return [*known.items(), (SHARE_OF, _("Share of what a second query finds"))]

    def _drop(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)

    def told(self) -> Json:
        said = super().told()
        measure = said.get("measure", "count")
        names = [one.strip() for one in said.get("scores", "").split(",") if one.strip()]
        return {
            "view": said["view"] or OBSERVATIONS,
            "measure": "count" if measure == SHARE_OF else measure or "count",
            "aggregation": said.get("aggregation", ""),
            "query": said["query"],
            "bad_query": said.get("bad_query", ""),
            "scores": names[: MOST_SCORES + 1],
        }

    @classmethod
    def filled(cls, told: Mapping[str, Any]) -> Sent:
        measure = SHARE_OF if told["bad_query"] else told["measure"]
        found = {name: told[name] for name in ("view", "query", "bad_query", "aggregation")}
        return {**found, "measure": measure, "scores": ", ".join(told["scores"])}


class CountedPart(MeasuredPart):
    is_counted_only = True


class SignalPart(MeasuredPart):
    name = Text(_("Name of the signal"), most=60)
    side = Choice(
        _("Bad is"), [(str(Side.ABOVE), _("more than usual")), (str(Side.BELOW), _("less"))]
    )
    weight = Number(_("Weight"))
    absolute_floor = Number(_("Least deviation (in its unit)"))
    least_samples = Whole(_("Least samples in a bucket"), most=MOST_SAMPLES)
    is_rate = Flag(_("A rate between 0 and 1"))
    field_order = ("name",)

    @classmethod
    def of_signal(cls, told: Mapping[str, Any]) -> Sent:
        fields = cls.base_fields  # type: ignore[attr-defined]
        return {name: shown(fields[name], told[name]) for name in OF_SIGNAL}

    def signal(self) -> Json:
        said = {name: self.cleaned_data[name] for name in OF_SIGNAL}
        return {**said, "name": said["name"].strip(), "side": said["side"] or str(Side.ABOVE)}

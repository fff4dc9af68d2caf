"""Experiments beside a baseline, item by item, what got worst first."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from evals.checks.check import HIGHER, LOWER
from evals.experiments.comparing import (
    ALIKE,
    ALONE,
    EDITED,
    IMPROVED,
    MOST_SCORES,
    REGRESSED,
    Change,
    Compared,
    Line,
    Row,
    compared,
)
from evals.experiments.directions import NEITHER, Directions, directions
from evals.experiments.edits import edited_apart
from evals.experiments.itemtexts import Known, known
from evals.experiments.measuring import (
    Measured,
    Summary,
    measurements,
    names_in,
    summary,
    with_comments,
)
from evals.experiments.reading import Experiment, experiments
from evals.experiments.views.asked import address, baselines_of, dataset_of, id_in, page_of
from traces.queries.experiment_items import Figure, figures
from traces.queries.experiments import MOST_MEMBERS
from traces.views.away import tells_when_away

MOST_COMPARED = 5
MOST_OFFERED = 50
SHOWN = 20
MAX_TEXT = 1_500  # characters of an input or an output
STATES = {
    REGRESSED: _("Regressed"),
    IMPROVED: _("Improved"),
    ALIKE: _("Unchanged"),
    EDITED: _("Edited in between"),
    ALONE: _("Not in both"),
}


ASKED = {"low": LOWER, "high": HIGHER, "neither": NEITHER}
WAYS = {
    HIGHER: pgettext_lazy("is better", "more"),
    LOWER: pgettext_lazy("is better", "less"),
    NEITHER: pgettext_lazy("is better", "neither"),
}


@dataclass(frozen=True, slots=True)
class Score:
    """A row of the table. `choices` are which way it may be better: the words, whether it is so,
    the query by which it becomes so.
    """

    name: str
    choices: list[tuple[Any, bool, str]]


@dataclass(frozen=True, slots=True)
class Side:
    """An experiment of those that are compared."""

    experiment: Experiment
    summary: Summary
    rows: dict[tuple[str, str], Row]
    edited: frozenset[str]  # items that were others in the baseline
    is_base: bool
    without: str  # the address of the page without it
    as_base: str

    @property
    def is_cut(self) -> bool:
        """Whether only its newest items are compared."""
        return self.experiment.items > self.summary.items


@dataclass(frozen=True, slots=True)
class Cell:
    """What one experiment made of an item."""

    side: Side
    measured: Measured | None
    texts: Figure | None
    changes: dict[tuple[str, str], Change]
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Item:
    line: Line
    known: Known
    cells: list[Cell]


@require_safe
@tells_when_away
def experiment_compare(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?id=` of each, the baseline first, or in any order with `?order=time`; for each
    score whose direction is chosen, `?low=`, `?high=` or `?neither=`; `?show=` one of STATES;
    `?page=`.
    """
    project = project_for(request.user, project_id)
    ids = ids_in(request)
    chosen_ways = ways_in(request)
    chosen = chosen_of(project, ids)
    if request.GET.get("order") == "time":
        chosen = in_time(project, chosen)
    if len(chosen) == 1:
        return redirect(address("experiment-page", project, chosen[0].id))
    by_id = measurements(project.id, [one.id for one in chosen])
    measured = [by_id[one.id] for one in chosen]
    apart = edited_apart(project.id, measured)
    ways = directions(project.id, names_in(measured), chosen_ways)
    found = compared(measured, ways=ways, edited=apart)
    summaries = [summary(one) for one in measured]
    sides = sides_of(project, chosen, summaries, found, apart, chosen_ways)
    show = request.GET.get("show", "")
    show = show if show in STATES else ""
    query = query_of(chosen, chosen_ways)
    page = page_of(request, [one for one in found.lines if show in ("", one.state)], SHOWN)
    context = {
        "project": project,
        "sides": sides,
        "found": found,
        "scores": [score_of(name, ways[name], chosen, chosen_ways) for name in found.names],
        "chosen_ways": kept_ways(chosen_ways),
        "edited": len(frozenset().union(*apart)),
        "states": [(state, words, found.count(state)) for state, words in STATES.items()],
        "show": show,
        "page": page,
        "items": items_of(project, page.things, sides),
        "others": others_of(project, chosen),
        "dataset": dataset_of(project, chosen[0]),
        "query": query,
        "page_query": f"{query}&show={show}" if show else query,
        "is_full": len(chosen) >= MOST_COMPARED,
        "is_part": any(side.is_cut for side in sides),
        "most": MOST_MEMBERS,
    }
    return render(request, "experiments/compare.html", context)


def ids_in(request: HttpRequest) -> list[str]:
    """`base`, where it is one of them, comes first."""
    found = list(dict.fromkeys(filter(None, map(id_in, request.GET.getlist("id")))))
    base = request.GET.get("base", "")
    if base in found:
        found.remove(base)
        found.insert(0, base)
    return found[:MOST_COMPARED]


def ways_in(request: HttpRequest) -> dict[str, str]:
    """Which way the reader says that scores are better."""
    return {
        name[:200]: way
        for asked, way in ASKED.items()
        for name in request.GET.getlist(asked)[:MOST_SCORES]
    }


def kept_ways(ways: Directions) -> list[tuple[str, str]]:
    asked = {way: name for name, way in ASKED.items()}
    return [(asked[way], name) for name, way in sorted(ways.items())]


def query_of(chosen: list[Experiment], ways: Directions) -> str:
    return urlencode([*(("id", one.id) for one in chosen), *kept_ways(ways)])


def score_of(name: str, way: str, chosen: list[Experiment], ways: Directions) -> Score:
    choices = [
        (words, one == way, query_of(chosen, {**ways, name: one})) for one, words in WAYS.items()
    ]
    return Score(name, choices)


def chosen_of(project: Project, ids: list[str]) -> list[Experiment]:
    """In the order that they are asked for; those that are gone are left out. Or Http404."""
    by_id = {one.id: one for one in experiments(project.id, ids=ids)} if ids else {}
    found = [by_id[one] for one in ids if one in by_id]
    if not found:
        raise Http404("There is no such experiment.")
    return found


def in_time(project: Project, chosen: list[Experiment]) -> list[Experiment]:
    """The dataset's baseline first, then the oldest."""
    baselines = baselines_of(project)
    return sorted(chosen, key=lambda one: (baselines.get(one.dataset_id) != one.id, one.created))


def sides_of(
    project: Project,
    chosen: list[Experiment],
    summaries: list[Summary],
    found: Compared,
    apart: list[frozenset[str]],
    chosen_ways: Directions,
) -> list[Side]:
    ids = [one.id for one in chosen]
    kept = urlencode(kept_ways(chosen_ways))

    def at(some: list[str]) -> str:
        return address("experiment-compare", project, *some) + (f"&{kept}" if kept else "")

    return [
        Side(
            one,
            told,
            {row.key: row for row in rows},
            others,
            one is chosen[0],
            at([other for other in ids if other != one.id]),
            at([one.id, *(other for other in ids if other != one.id)]),
        )
        for one, told, rows, others in zip(chosen, summaries, found.rows, apart, strict=True)
    ]


def items_of(project: Project, lines: list[Line], sides: list[Side]) -> list[Item]:
    shown = with_comments(project.id, [one for line in lines for one in line.runs if one])
    runs = [one.run for one in shown]
    whole = {(one.run.run_id, one.run.item_id): one for one in shown}
    texts = figures(project.id, [one.place for one in runs], texts=MAX_TEXT)
    about = known(project.id, runs)
    items = []
    for line in lines:
        first = next(one.run for one in line.runs if one)
        cells = [
            Cell(
                side,
                whole[side.experiment.id, line.item_id] if one else None,
                texts.get(one.run.place) if one else None,
                {(change.kind, change.name): change for change in changes},
                line.item_id in side.edited,
            )
            for side, one, changes in zip(sides, line.runs, line.changes, strict=True)
        ]
        items.append(Item(line, about[first.run_id, first.item_id], cells))
    return items


def others_of(project: Project, chosen: list[Experiment]) -> list[Experiment]:
    """What else can be compared: of the same dataset."""
    dataset_id = chosen[0].dataset_id
    found = experiments(project.id, dataset_ids=[dataset_id]) if dataset_id else []
    ids = {one.id for one in chosen}
    return [one for one in found if one.id not in ids][:MOST_OFFERED]

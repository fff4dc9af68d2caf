"""How good it is, as evaluators, checks and people say."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import summed, time_before, values_before
from dashboards.boards.deriving import derived, narrowed, pivoted
from dashboards.boards.drawing import Line, course, listing, ranked, split
from dashboards.boards.figures import LINE, STACK, tone
from dashboards.boards.links import SCORES, rows_of
from dashboards.boards.panel import Cell, Column, Drawn, Nothing, Rows, Scope, Table
from dashboards.boards.units import TEXT
from dashboards.boards.valued import words_of
from evals.checks.check import BOOLEAN, HIGHER
from evals.checks.models import ProjectCheck
from evals.checks.registry import CHECKS
from traces.axes import COUNT, SCORE, SHARE
from traces.queries.metrics import Measure, Only
from traces.search.of_dimensions import having_score, term_of
from traces.search.terms import Term

MEAN, COUNTED = Measure("value", "avg"), Measure("value", "count")
COUNTS = Measure("count", "count")
# What scores are called in Sonde's templates, its docs and those of the field.
FEEDBACK = (
    "user-feedback", "user_feedback", "feedback", "thumbs", "rating", "user-rating",
    "satisfaction", "csat",
)  # fmt: skip
FAITHFULNESS = ("faithfulness", "faithfulness-ko", "faithful", "groundedness")
HALLUCINATION = ("hallucination", "hallucination-ko", "hallucinated")
MOST_NAMES, MOST_SEGMENTS, MOST_LINES = 20, 20, 6
BY: dict[str, str | Promise] = {
    "environment": gettext_lazy("Environment"),
    "source": gettext_lazy("Source"),
    "model": gettext_lazy("Model"),
    "prompt": gettext_lazy("Prompt"),
    "prompt_version": gettext_lazy("Version of the prompt"),
    "version": gettext_lazy("Version"),
    "release": gettext_lazy("Release"),
    "trace_name": gettext_lazy("Name of the trace"),
    "tag": gettext_lazy("Tag"),
    "user": gettext_lazy("User"),
}


def nothing_judged(scope: Scope) -> Nothing:
    return Nothing(
        title=_("No scores with a number in this time"),
        text=_(
            "Evaluators and checks judge calls as they come in; your code sends scores by"
            " create_score() of an SDK or POST /api/public/scores."
        ),
        href=reverse("evaluator-list", args=[scope.project.id]),
        action=_("Evaluators"),
    )


def by_name(scope: Scope) -> Drawn:
    """Each score with its mean, now and in the time before."""
    names = (scope.of,) if scope.of else ()
    answer = scope.ask(
        MEAN, COUNTED, view=SCORES, by=("name",), order="count_value", most=MOST_NAMES,
        rest=False, scores=names,
    )  # fmt: skip
    answer = narrowed(answer, lambda row: row["count_value"])
    if not answer.rows:
        return nothing_judged(scope)
    columns = [
        ("avg_value", Column(gettext_lazy("Mean"), SCORE)),
        ("count_value", Column(gettext_lazy("Scores"), COUNT)),
    ]
    if scope.compares:
        answer = values_before(scope, answer, "name", of=MEAN, view=SCORES, scores=names)
        columns.insert(1, ("before", Column(gettext_lazy("Mean before"), SCORE)))
    return listing(scope, answer, "name", columns, gettext_lazy("Score"), view=SCORES)


def over_time(scope: Scope) -> Drawn:
    """Each score; of one score, the values of the board's dimension."""
    by = scope.by if scope.of else "name"
    asked: dict = {"view": SCORES, "by": (by,), "order": "count_value", "rest": False}
    asked |= {"scores": (scope.of,) if scope.of else ()}
    answer = scope.ask(MEAN, COUNTED, over_time=True, most=MOST_LINES, **asked)
    answer = narrowed(answer, lambda row: row["count_value"])
    if not answer.rows:
        return nothing_judged(scope)
    terms = (having_score(scope.of),) if scope.of else ()
    before = time_before(scope, answer, MEAN, COUNTED, most=2 * MOST_LINES, **asked)
    return split(
        scope, answer, MEAN.column, by, SCORE, kind=LINE, view=SCORES, terms=terms, before=before
    )


def by_segment(scope: Scope) -> Drawn:
    answer = scope.ask(
        MEAN, COUNTED, view=SCORES, by=("name", scope.by), order="count_value",
        most=MOST_SEGMENTS, rest=False, scores=(scope.of,) if scope.of else (),
    )  # fmt: skip
    names = (scope.of,) if scope.of else ()
    answer = values_before(scope, answer, "name", scope.by, of=MEAN, view=SCORES, scores=names)
    found = [row for row in answer.rows if row["count_value"]]
    if not found:
        return nothing_judged(scope)
    lines = []
    for row in sorted(found, key=lambda row: (row["name"], -row["count_value"])):
        # A list knows the environment of traces, which is not always that of their scores.
        own = () if scope.by == "environment" else (term_of(scope.by, row[scope.by], SCORES),)
        href = rows_of(scope, having_score(row["name"]), *own, view=SCORES)
        values = row["name"], words_of(row[scope.by]), row["avg_value"], row["count_value"]
        past = (Cell(row["before"]),) if scope.compares else ()
        lines.append((*(Cell(one, href) for one in values), *past))
    columns = (
        Column(gettext_lazy("Score"), TEXT),
        Column(BY.get(scope.by, scope.by), TEXT),
        Column(gettext_lazy("Mean"), SCORE),
        Column(gettext_lazy("Scores"), COUNT),
        *((Column(gettext_lazy("Mean before"), SCORE),) if scope.compares else ()),
    )
    return Rows(table=Table(columns, tuple(lines), is_cut=(answer.series or 0) > MOST_SEGMENTS))


def answers(scope: Scope) -> Drawn:
    """Of scores in words, how often each was said, of all that its score said."""
    asked: dict = {"view": SCORES, "only": (Only("data_type", ("CATEGORICAL",)),)}
    asked |= {"scores": (scope.of,) if scope.of else ()}
    by = ("name", "string_value")
    answer = scope.ask(COUNTS, by=by, most=MOST_SEGMENTS, rest=False, **asked)
    if not answer.rows:
        return Nothing(
            title=_("No score says a word"),
            text=_("Scores in categories, such as a verdict or a tone, are counted here."),
        )
    answer = values_before(scope, answer, *by, of=COUNTS, **asked)
    names = scope.ask(COUNTS, by=("name",), most=MOST_SEGMENTS, rest=False, **asked)
    of_all = {row["name"]: row["count_count"] for row in names.rows}
    lines = []
    for row in sorted(answer.rows, key=lambda row: (row["name"], -row["count_count"])):
        said = Term("scores", (row["string_value"],), key=row["name"])
        share = row["count_count"] / of_all[row["name"]] if of_all.get(row["name"]) else None
        values = row["name"], row["string_value"], row["count_count"], share
        past = (Cell(row["before"]),) if scope.compares else ()
        href = rows_of(scope, said, view=SCORES)
        lines.append((*(Cell(one, href) for one in values), *past))
    columns = (
        Column(gettext_lazy("Score"), TEXT),
        Column(gettext_lazy("Answer"), TEXT),
        Column(gettext_lazy("Scores"), COUNT),
        Column(gettext_lazy("Share of answers"), SHARE),
        *((Column(gettext_lazy("Scores before"), COUNT),) if scope.compares else ()),
    )
    return Rows(table=Table(columns, tuple(lines), is_cut=(answer.series or 0) > MOST_SEGMENTS))


def satisfaction(scope: Scope) -> Drawn:
    """What people said, answer by answer."""
    said: dict = {"view": SCORES, "scores": FEEDBACK}
    answer = scope.ask(COUNTS, by=("name", "answer"), over_time=True, most=6, **said)
    if not answer.rows:
        return Nothing(
            title=_("Nobody said anything"),
            text=_(
                "A score named user-feedback shows here: sent by your code, from the browser with"
                " a public key, or through a feedback link."
            ),
        )
    answer, columns = pivoted(answer, "count_count", ("name", "answer"))
    has_one = len({name for name, _answer in columns if name}) == 1
    lines = [
        _said(name, said, column, at, has_one=has_one)
        for at, ((name, said), column) in enumerate(columns.items())
    ]
    before = summed(time_before(scope, answer, COUNTS, **said), ["count_count"])
    return course(scope, answer, lines, COUNT, kind=STACK, view=SCORES, before=before)


TONES = {"True": "good", "False": "bad", "1": "good", "0": "bad"}


def _said(name: str | None, said: str | None, column: str, at: int, *, has_one: bool) -> Line:
    if name is None or said is None:
        return Line(column=column, words=_("other"), tone="chain")
    words = words_of(said) if has_one else f"{name}: {words_of(said)}"
    term = Term("scores", (said,), key=name)
    return Line(column=column, words=words, tone=TONES.get(said) or tone(at), terms=(term,))


def faithfulness(scope: Scope) -> Drawn:
    return _mean(
        scope,
        FAITHFULNESS,
        SCORE,
        Nothing(
            title=_("Nothing was judged for faithfulness"),
            text=_(
                "Switch on the evaluator “Faithfulness”, or send a score named faithfulness"
                " between 0 and 1."
            ),
            href=_library(scope, "faithfulness"),
            action=_("Set it up"),
        ),
    )


def hallucination(scope: Scope) -> Drawn:
    return _mean(
        scope,
        HALLUCINATION,
        SHARE,
        Nothing(
            title=_("Nothing was judged for hallucinations"),
            text=_(
                "Switch on the evaluator “Hallucination”, or send a score named hallucination:"
                " 1 where an answer makes something up, else 0."
            ),
            href=_library(scope, "hallucination"),
            action=_("Set it up"),
        ),
    )


def _library(scope: Scope, template: str) -> str:
    if not (getattr(scope.project, "role", None) and scope.project.may["edit"]):
        return ""
    return f"{reverse('evaluator-create', args=[scope.project.id])}?template={template}"


def _mean(scope: Scope, names: tuple[str, ...], unit: str, nothing: Nothing) -> Drawn:
    """Of the scores of these names, each a line: they may be of different makers."""
    asked: dict = {"view": SCORES, "by": ("name",), "rest": False, "scores": names}
    answer = scope.ask(MEAN, COUNTED, over_time=True, **asked)
    answer = narrowed(answer, lambda row: row["count_value"])
    if not answer.rows:
        return nothing
    before = time_before(scope, answer, MEAN, COUNTED, **asked)
    return split(scope, answer, MEAN.column, "name", unit, kind=LINE, view=SCORES, before=before)


def checks(scope: Scope) -> Drawn:
    """The share of calls that pass, of the checks that say yes or no."""
    found = {
        row.name: CHECKS[row.check_key]
        for row in ProjectCheck.objects.filter(project=scope.project)
        if row.check_key in CHECKS
    }
    names = tuple(
        name for name, check in found.items() if check.data_type == BOOLEAN and check.better
    )
    nothing = Nothing(
        title=_("No check has run"),
        text=_("Checks look at every call without asking a model, and leave a score on it."),
        href=reverse("check-list", args=[scope.project.id]),
        action=_("Checks"),
    )
    if not names:
        return nothing
    answer = scope.ask(MEAN, COUNTED, view=SCORES, by=("name",), rest=False, scores=names, most=50)
    answer = narrowed(answer, lambda row: row["count_value"])
    if not answer.rows:
        return nothing
    answer = values_before(scope, answer, "name", of=MEAN, view=SCORES, scores=names)

    def share(row: dict, column: str) -> float | None:
        mean = row.get(column)
        is_higher = found[row["name"]].better == HIGHER
        return mean if mean is None or is_higher else 1 - mean

    answer = derived(
        answer,
        passed=lambda row: share(row, MEAN.column),
        passed_before=lambda row: share(row, "before"),
    )
    columns: tuple = (
        ("passed", Column(gettext_lazy("Passed"), SHARE)),
        ("count_value", Column(gettext_lazy("Calls"), COUNT)),
    )
    if scope.compares:
        columns += (("passed_before", Column(gettext_lazy("Passed before"), SHARE)),)
    return ranked(scope, answer, "name", columns, gettext_lazy("Check"), view=SCORES)


def votes(scope: Scope) -> Drawn:
    """How many scores there are at all, by who gave them."""
    answer = scope.ask(COUNTS, view=SCORES, by=("source",), over_time=True)
    if not answer.rows:
        return nothing_judged(scope)
    before = time_before(scope, answer, COUNTS, view=SCORES)
    return split(
        scope, answer, "count_count", "source", COUNT, kind=STACK, view=SCORES, before=before
    )

"""What a monitor can watch, as data: for forms, for sampling, and for what pages call it."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evals.drift.methods import Kind, Method
from evals.drift.monitors import InvalidMonitor
from evals.drift.watching import Level, Read, Takes, Watched

__all__ = [
    "DIMENSIONS",
    "FIGURES",
    "WATCHED",
    "Level",
    "Read",
    "Takes",
    "Watched",
    "check",
    "words_of",
]

if TYPE_CHECKING:
    from evals.drift.models import DriftMonitor


def _number(name: str, words: Any, about: Any, unit: str = "", **more: Any) -> Watched:
    return Watched(
        name=name, words=words, about=about, values={Kind.NUMERIC: name}, unit=unit, **more
    )


def _name(name: str, words: Any, about: Any, **more: Any) -> Watched:
    return Watched(name=name, words=words, about=about, values={Kind.CATEGORICAL: name}, **more)


def _of_text(
    name: str, words: Any, about: Any, column: str, read: Read, kind: Kind, **more: Any
) -> Watched:
    return Watched(
        name=name,
        words=words,
        about=about,
        values={kind: "generation"},
        column=column,
        read=read,
        **more,
    )


_ALL = (
    _number(
        "input_length",
        _("Input length"),
        _("Characters of what a model is given, as it was sent."),
        "characters",
        of_dataset=True,
        column="input",
    ),
    _number(
        "output_length",
        _("Output length"),
        _("Characters of what a model answers, as it was sent."),
        "characters",
        of_dataset=True,
        column="output",
    ),
    _number("input_tokens", _("Input tokens"), _("Of each call of a model."), "tokens"),
    _number("output_tokens", _("Output tokens"), _("Of each call of a model."), "tokens"),
    _number("tokens", _("Tokens"), _("Input and output of each call of a model."), "tokens"),
    _number("cost", _("Cost per call"), _("Calls of unknown cost are left out."), "dollars"),
    _number("latency", _("Latency"), _("How long each call of a model takes."), "seconds"),
    _number(
        "ttft",
        _("Time to first token"),
        _("Of calls that stream their answer."),
        "seconds",
    ),
    _number(
        "tokens_per_second",
        _("Tokens per second"),
        _("How fast a model writes its answer."),
        "tokens/s",
    ),
    _name(
        "error",
        _("Errors"),
        _("Which share of calls of a model fails."),
        method=Method.Z,
    ),
    _of_text(
        "refusal",
        _("Refusals"),
        _("Which share of answers declines to answer, in English or Korean."),
        "output",
        Read.REFUSAL,
        Kind.CATEGORICAL,
        method=Method.Z,
    ),
    _of_text(
        "json",
        _("JSON that can be read"),
        _("Which share of answers is JSON. Take a query that keeps to calls which should be."),
        "output",
        Read.JSON,
        Kind.CATEGORICAL,
        method=Method.Z,
        of_dataset=True,
    ),
    _of_text(
        "input_language",
        _("Language of inputs"),
        _("The mix of languages that people write in."),
        "input",
        Read.LANGUAGE,
        Kind.CATEGORICAL,
        of_dataset=True,
    ),
    _of_text(
        "output_language",
        _("Language of outputs"),
        _("The mix of languages that are answered in."),
        "output",
        Read.LANGUAGE,
        Kind.CATEGORICAL,
        of_dataset=True,
    ),
    _name("model", _("Model mix"), _("Which models are called, and how often each.")),
    _name(
        "prompt_version",
        _("Prompt versions"),
        _("Which versions of prompts are called, and how often each."),
    ),
    _name("tool", _("Tool mix"), _("Which tools models call, and how often each.")),
    _name(
        "tool_path",
        _("Tool path"),
        _("Which tools a trace runs, in their order."),
        level=Level.TRACE,
    ),
    _number(
        "relevance",
        _("Retrieval scores"),
        _("The mean score of the documents that each retrieval finds."),
    ),
    _number(
        "trace_latency",
        _("Latency of traces"),
        _("From the first start to the last end."),
        "seconds",
        level=Level.TRACE,
    ),
    _number(
        "trace_cost", _("Cost of traces"), _("Of all their calls."), "dollars", level=Level.TRACE
    ),
    _number(
        "trace_tokens",
        _("Tokens of traces"),
        _("Of all their calls."),
        "tokens",
        level=Level.TRACE,
    ),
    _number("steps", _("Steps of traces"), _("How many observations each has."), level=Level.TRACE),
    Watched(
        name="score",
        words=_("Score"),
        about=_("Any score by its name: of judges, checks, people and users."),
        values={Kind.NUMERIC: "score_number", Kind.CATEGORICAL: "score_name"},
        level=Level.SCORE,
        takes=Takes.SCORE,
    ),
    Watched(
        name="metadata",
        words=_("Metadata"),
        about=_("What traces say under a key of their metadata."),
        values={Kind.CATEGORICAL: "metadata_name", Kind.NUMERIC: "metadata_number"},
        level=Level.TRACE,
        takes=Takes.METADATA,
    ),
    _of_text(
        "input_text",
        _("Topics of inputs"),
        _("Whether people write about other things, or in other words."),
        "input",
        Read.WORDS,
        Kind.TEXT,
        of_dataset=True,
    ),
    _of_text(
        "output_text",
        _("Topics of outputs"),
        _("Whether answers are about other things, or in other words."),
        "output",
        Read.WORDS,
        Kind.TEXT,
        of_dataset=True,
    ),
    Watched(
        name="embedding",
        words=_("Embeddings"),
        about=_("The vectors that embedding spans carry, as output or under an attribute's key."),
        values={Kind.EMBEDDING: "embedding"},
        takes=Takes.ATTRIBUTE,
        column="vector",
        read=Read.VECTOR,
    ),
    Watched(
        name="relation",
        words=_("Score of like inputs"),
        about=_("Whether the same kind of input is scored as it was: concept drift."),
        values={Kind.RELATION: "score_number"},
        level=Level.SCORE,
        takes=Takes.SCORE,
        takes_figure=True,
    ),
)
WATCHED: dict[str, Watched] = {one.name: one for one in _ALL}
# The input of a relation, of the trace that was scored.
FIGURES: dict[str, Any] = {
    "input_tokens": _("Input tokens"),
    "output_tokens": _("Output tokens"),
    "tokens": _("Tokens"),
    "latency": _("Latency"),
    "cost": _("Cost"),
    "steps": _("Steps"),
    "model": _("Model"),
    "prompt_version": _("Prompt version"),
}
# By what segments are told.
DIMENSIONS: dict[str, Any] = {
    "model": _("Model"),
    "prompt_version": _("Prompt version"),
    "user": _("User"),
    "language": _("Language of the input"),
    "release": _("Release"),
    "environment": _("Environment"),
}


def words_of(monitor: "DriftMonitor") -> str:
    """As “Score: helpfulness”."""
    one = WATCHED.get(monitor.watched)
    if one is None:
        return monitor.watched
    if one.takes_figure:
        told = {"figure": FIGURES.get(monitor.figure, monitor.figure), "score": monitor.key}
        return gettext("%(figure)s → %(score)s") % told
    return f"{one.words}: {monitor.key}" if monitor.key else str(one.words)


def check(monitor: "DriftMonitor") -> None:
    """Raises InvalidMonitor where what is watched is not there or goes not together."""
    one = WATCHED.get(monitor.watched)
    if one is None:
        raise InvalidMonitor(gettext("Nothing of that name can be watched."))
    if monitor.kind not in one.values:
        raise InvalidMonitor(gettext("That is not compared in this way."))
    if one.takes in (Takes.SCORE, Takes.METADATA) and not monitor.key.strip():
        raise InvalidMonitor(gettext("Say which score, or which key of the metadata."))
    if monitor.key and not one.takes_key:
        raise InvalidMonitor(gettext("It takes no key."))
    if one.takes_figure != bool(monitor.figure) or (
        monitor.figure and monitor.figure not in FIGURES
    ):
        raise InvalidMonitor(gettext("Say of which input it is, where it is a relation."))
    if not isinstance(monitor.by, list) or not set(monitor.by) <= set(DIMENSIONS):
        raise InvalidMonitor(gettext("There is no such segment."))

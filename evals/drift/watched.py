"""What a monitor can watch, as data: for forms, for sampling, and for what pages call it."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


_t = gettext_lazy
_ALL = (
    _number(
        "input_length",
        _t("Input length"),
        _t("Characters of what a model is given, as it was sent."),
        "characters",
        of_dataset=True,
        column="input",
    ),
    _number(
        "output_length",
        _t("Output length"),
        _t("Characters of what a model answers, as it was sent."),
        "characters",
        of_dataset=True,
        column="output",
    ),
    _number("input_tokens", _t("Input tokens"), _t("Of each call of a model."), "tokens"),
    _number("output_tokens", _t("Output tokens"), _t("Of each call of a model."), "tokens"),
    _number("tokens", _t("Tokens"), _t("Input and output of each call of a model."), "tokens"),
    _number("cost", _t("Cost per call"), _t("Calls of unknown cost are left out."), "dollars"),
    _number("latency", _t("Latency"), _t("How long each call of a model takes."), "seconds"),
    _number(
        "ttft",
        _t("Time to first token"),
        _t("Of calls that stream their answer."),
        "seconds",
    ),
    _number(
        "tokens_per_second",
        _t("Tokens per second"),
        _t("How fast a model writes its answer."),
        "tokens/s",
    ),
    _name(
        "error",
        _t("Errors"),
        _t("Which share of calls of a model fails."),
        method=Method.Z,
    ),
    _of_text(
        "refusal",
        _t("Refusals"),
        _t("Which share of answers declines to answer, in English or Korean."),
        "output",
        Read.REFUSAL,
        Kind.CATEGORICAL,
        method=Method.Z,
    ),
    _of_text(
        "json",
        _t("JSON that can be read"),
        _t("Which share of answers is JSON. Take a query that keeps to calls which should be."),
        "output",
        Read.JSON,
        Kind.CATEGORICAL,
        method=Method.Z,
        of_dataset=True,
    ),
    _of_text(
        "input_language",
        _t("Language of inputs"),
        _t("The mix of languages that people write in."),
        "input",
        Read.LANGUAGE,
        Kind.CATEGORICAL,
        of_dataset=True,
    ),
    _of_text(
        "output_language",
        _t("Language of outputs"),
        _t("The mix of languages that are answered in."),
        "output",
        Read.LANGUAGE,
        Kind.CATEGORICAL,
        of_dataset=True,
    ),
    _name("model", _t("Model mix"), _t("Which models are called, and how often each.")),
    _name(
        "prompt_version",
        _t("Prompt versions"),
        _t("Which versions of prompts are called, and how often each."),
    ),
    _name("tool", _t("Tool mix"), _t("Which tools models call, and how often each.")),
    _name(
        "tool_path",
        _t("Tool path"),
        _t("Which tools a trace runs, in their order."),
        level=Level.TRACE,
    ),
    _number(
        "relevance",
        _t("Retrieval scores"),
        _t("The mean score of the documents that each retrieval finds."),
    ),
    _number(
        "trace_latency",
        _t("Latency of traces"),
        _t("From the first start to the last end."),
        "seconds",
        level=Level.TRACE,
    ),
    _number(
        "trace_cost", _t("Cost of traces"), _t("Of all their calls."), "dollars", level=Level.TRACE
    ),
    _number(
        "trace_tokens",
        _t("Tokens of traces"),
        _t("Of all their calls."),
        "tokens",
        level=Level.TRACE,
    ),
    _number(
        "steps", _t("Steps of traces"), _t("How many observations each has."), level=Level.TRACE
    ),
    Watched(
        name="score",
        words=_t("Score"),
        about=_t("Any score by its name: of judges, checks, people and users."),
        values={Kind.NUMERIC: "score_number", Kind.CATEGORICAL: "score_name"},
        level=Level.SCORE,
        takes=Takes.SCORE,
    ),
    Watched(
        name="metadata",
        words=_t("Metadata"),
        about=_t("What traces say under a key of their metadata."),
        values={Kind.CATEGORICAL: "metadata_name", Kind.NUMERIC: "metadata_number"},
        level=Level.TRACE,
        takes=Takes.METADATA,
    ),
    _of_text(
        "input_text",
        _t("Topics of inputs"),
        _t("Whether people write about other things, or in other words."),
        "input",
        Read.WORDS,
        Kind.TEXT,
        of_dataset=True,
    ),
    _of_text(
        "output_text",
        _t("Topics of outputs"),
        _t("Whether answers are about other things, or in other words."),
        "output",
        Read.WORDS,
        Kind.TEXT,
        of_dataset=True,
    ),
    Watched(
        name="embedding",
        words=_t("Embeddings"),
        about=_t("The vectors that embedding spans carry, as output or under an attribute's key."),
        values={Kind.EMBEDDING: "embedding"},
        takes=Takes.ATTRIBUTE,
        column="vector",
        read=Read.VECTOR,
    ),
    Watched(
        name="relation",
        words=_t("Score of like inputs"),
        about=_t("Whether the same kind of input is scored as it was: concept drift."),
        values={Kind.RELATION: "score_number"},
        level=Level.SCORE,
        takes=Takes.SCORE,
        takes_figure=True,
    ),
)
WATCHED: dict[str, Watched] = {one.name: one for one in _ALL}
# The input of a relation, of the trace that was scored.
FIGURES: dict[str, Any] = {
    "input_tokens": _t("Input tokens"),
    "output_tokens": _t("Output tokens"),
    "tokens": _t("Tokens"),
    "latency": _t("Latency"),
    "cost": _t("Cost"),
    "steps": _t("Steps"),
    "model": _t("Model"),
    "prompt_version": _t("Prompt version"),
}
# By what segments are told.
DIMENSIONS: dict[str, Any] = {
    "model": _t("Model"),
    "prompt_version": _t("Prompt version"),
    "user": _t("User"),
    "language": _t("Language of the input"),
    "release": _t("Release"),
    "environment": _t("Environment"),
}


def words_of(monitor: "DriftMonitor") -> str:
    """As “Score: helpfulness”."""
    one = WATCHED.get(monitor.watched)
    if one is None:
        return monitor.watched
    if one.takes_figure:
        told = {"figure": FIGURES.get(monitor.figure, monitor.figure), "score": monitor.key}
        return _("%(figure)s → %(score)s") % told
    return f"{one.words}: {monitor.key}" if monitor.key else str(one.words)


def check(monitor: "DriftMonitor") -> None:
    """Raises InvalidMonitor where what is watched is not there or goes not together."""
    one = WATCHED.get(monitor.watched)
    if one is None:
        raise InvalidMonitor(_("Nothing of that name can be watched."))
    if monitor.kind not in one.values:
        raise InvalidMonitor(_("That is not compared in this way."))
    if one.takes in (Takes.SCORE, Takes.METADATA) and not monitor.key.strip():
        raise InvalidMonitor(_("Say which score, or which key of the metadata."))
    if monitor.key and not one.takes_key:
        raise InvalidMonitor(_("It takes no key."))
    if one.takes_figure != bool(monitor.figure) or (
        monitor.figure and monitor.figure not in FIGURES
    ):
        raise InvalidMonitor(_("Say of which input it is, where it is a relation."))
    if not isinstance(monitor.by, list) or not set(monitor.by) <= set(DIMENSIONS):
        raise InvalidMonitor(_("There is no such segment."))

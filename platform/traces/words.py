"""What kinds, levels and marks of spans are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TYPES = {
    "SPAN": pgettext_lazy("observation type", "Span"),
    "GENERATION": pgettext_lazy("observation type", "Generation"),
    "EVENT": pgettext_lazy("observation type", "Event"),
    "EMBEDDING": pgettext_lazy("observation type", "Embedding"),
    "AGENT": pgettext_lazy("observation type", "Agent"),
    "TOOL": pgettext_lazy("observation type", "Tool"),
    "CHAIN": pgettext_lazy("observation type", "Chain"),
    "RETRIEVER": pgettext_lazy("observation type", "Retriever"),
    "GUARDRAIL": pgettext_lazy("observation type", "Guardrail"),
    "EVALUATOR": pgettext_lazy("observation type", "Evaluator"),
}
LEVELS = {
    "ERROR": pgettext_lazy("level", "Error"),
    "WARNING": pgettext_lazy("level", "Warning"),
    "DEFAULT": pgettext_lazy("level", "Default"),
    "DEBUG": pgettext_lazy("level", "Debug"),
}
MARKS = {
    "clock_suspect": _(
        "The sender's clock looks wrong: this time was too far from when it arrived."
    ),
    "truncated": _("Text was longer than Sonde keeps and has been cut."),
    "end_before_start": _("It was said to end before it started; its end was moved to its start."),
    "start_missing": _("No start was sent; the time it arrived stands in for it."),
    "missing_parent": _("Its parent was named but has not arrived."),
    "cycle": _("It was said to be its own ancestor; the chain is cut here."),
    "own_parent": _("It named itself as its parent; it stands as a root."),
    "text_replaced": _("Some characters could not be stored and have been replaced."),
    "attributes_dropped": _("It had more attributes than Sonde keeps; the rest was dropped."),
    "events_dropped": _("It had more events than Sonde keeps; the rest was dropped."),
    "usage_invalid": _("Some of the token counts that were sent are no counts and were left out."),
    "cost_invalid": _("Some of the costs that were sent are no amounts and were left out."),
    "cost_refused": _("Some of the costs that were sent are no amounts and were left out."),
    "cost_out_of_range": _("The cost that was sent is no amount that a call can cost."),
}

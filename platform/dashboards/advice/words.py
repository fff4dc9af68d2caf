"""What each kind of saving is called, and what has to be looked at before it is made."""

from django.utils.translation import gettext_lazy as _

from dashboards.advice.savings import BATCHING, PREFIX, REPEATS, SMALLER, TRIMMING

# The name of each, what it is, and what has to be looked at before it is done.
WORDS = {
    REPEATS: (
        _("Answer the same question once"),
        _(
            "Calls with the same input, tools and parameters as one shortly before, answered "
            "from a cache of your own."
        ),
        _(
            "Where answers should differ, at a temperature above zero for example, a cache is"
            " wrong."
        ),
    ),
    PREFIX: (
        _("Let the provider cache beginnings"),
        _(
            "Long beginnings that calls share, read at the provider's price of cached input; "
            "what was cached already is left out, writing to the cache is counted."
        ),
        _(
            "Put what is constant first, instructions, tools and examples, and what changes "
            "last. Some providers want the place marked."
        ),
    ),
    SMALLER: (
        _("Use a smaller model"),
        _("Each kind of call at the price of a smaller model, for the tokens that it used."),
        _(
            "Nobody knows yet whether its answers are good enough: try it on a dataset first."
            " It may also use more or fewer tokens."
        ),
    ),
    TRIMMING: (
        _("Shorten the prompt"),
        _("A part of what stands at the beginning of nearly every call."),
        _(
            "Which part can go is yours to know; an experiment tells what it does to the "
            "answers. It saves less once beginnings are cached."
        ),
    ),
    BATCHING: (
        _("Send it as a batch"),
        _(
            "Calls for which nobody waits, not streamed and of no session, many of a kind in "
            "an hour, at the provider's price of batches."
        ),
        _("A batch may take a day to be answered."),
    ),
}

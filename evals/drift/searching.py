"""A monitor's query, in the search language of the lists."""

from django.utils.translation import gettext as _

from evals.drift.monitors import InvalidMonitor
from traces.search.grammar import parsed
from traces.search.terms import Term


def terms_of(query: str) -> tuple[Term, ...]:
    """Raises InvalidMonitor where it cannot be read."""
    found = parsed(query)
    if found.problems:
        told = {"problem": found.problems[0].message}
        raise InvalidMonitor(_("The query cannot be read: %(problem)s") % told)
    return tuple(found.terms)

"""Who adds something of its own to sample traffic once it is sent. Packages to the right of this
one add themselves when they are ready.
"""

from collections.abc import Callable

from accounts.models import Project

when_sent: list[Callable[[Project], None]] = []

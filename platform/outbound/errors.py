"""Why a request was not made, or brought no answer. Each message is for whoever typed the address,
and names no address that a name leads to.
"""


class OutboundError(Exception):
    """What all of these are."""


class Refused(OutboundError):
    """The address must not be asked: it is none, or leads where the operator lets nobody."""


class Unreachable(OutboundError):
    """Nobody there, or nobody who speaks HTTP, or not with a certificate for that name."""


class TooSlow(OutboundError):
    """The answer, or the rest of it, did not come in time."""


class TooLarge(OutboundError):
    """The answer is longer than it may be."""


class Stopped(OutboundError):
    """Whoever asked waits no more."""

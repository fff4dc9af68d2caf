"""Gates: what must hold of a version before a label moves to it."""

from typing import Any


class GateClosed(ValueError):
    """The label did not move. The message says which checks failed and what to do; `report` holds
    every result.
    """

    def __init__(self, message: str, report: Any) -> None:
        super().__init__(message)
        self.report = report

"""What the write endpoints share: bodies read within bounds, and errors in Langfuse's shape."""

from rest_framework import exceptions

from ingest import admission, bodies, metrics, pipeline
from ingest.decoded import MalformedPayload, TooManyRecords
from ingest.langfuse.body import InvalidEvent
from traces.api.view import Away, LangfuseView


class NotTaken(exceptions.APIException):
    """A body that was not read to its end: too large, too slow, or not what its encoding says."""

    def __init__(self, error: bodies.BodyError):
        super().__init__(str(error))
        self.status_code = error.status


class TooMany(exceptions.APIException):
    status_code = 413


class WriteView(LangfuseView):
    """Takes a raw body. No parser of REST framework touches it: they know no bounds."""

    def told(self, error: Exception) -> Exception:
        if isinstance(error, bodies.BodyError):
            return NotTaken(error)
        if isinstance(error, MalformedPayload | InvalidEvent):
            return exceptions.ValidationError(str(error))
        if isinstance(error, TooManyRecords):
            metrics.rejected("too_many")
            return TooMany(str(error))
        if isinstance(error, admission.Overloaded | pipeline.Overloaded):
            return Away(error.retry_after)
        return super().told(error)

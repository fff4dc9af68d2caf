"""What callers are told of the errors that the prompts' own code raises."""

from django.db import InterfaceError, OperationalError
from rest_framework import exceptions, status

from prompts.body import InvalidBody
from prompts.changes import Busy
from prompts.composition import InvalidComposition
from prompts.gates import GateClosed
from prompts.labels import Moved, Protected
from prompts.names import InvalidName
from prompts.serving import Broken, Unserved
from prompts.versions import InvalidVersion, StillIncluded
from traces.api.view import Away

INVALID = (InvalidName, InvalidBody, InvalidVersion, InvalidComposition)


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class Held(Away):
    """503 with Retry-After as well: it is worth asking again."""

    default_detail = Busy.words


class Unprocessable(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


def told_of_prompts(error: Exception) -> Exception:
    """The same error, if it is none of theirs."""
    if isinstance(error, INVALID):
        return exceptions.ValidationError(str(error))
    if isinstance(error, Unserved):
        return exceptions.NotFound(str(error))
    if isinstance(error, Moved | StillIncluded | GateClosed):
        return Conflict(str(error))
    if isinstance(error, Protected):
        return exceptions.PermissionDenied(str(error))
    if isinstance(error, Broken):
        return Unprocessable(str(error))
    if isinstance(error, Busy):
        return Held()
    if isinstance(error, OperationalError | InterfaceError):
        return Away()
    return error

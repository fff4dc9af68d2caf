"""JSON bodies of requests that change something: bounded, and of texts that a store can take."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser

from traces.api.parameters import json_in

MAX_BYTES = 1024 * 1024


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"A body may have {MAX_BYTES} bytes."


class JsonBody(BaseParser):
    """Whatever the Content-Type says: clients of hand leave it out."""

    media_type = "*/*"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> object:
        text = stream.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise TooLarge
        try:
            return json_in(text)
        except RecursionError as error:
            raise exceptions.ValidationError("The JSON is nested too deeply.") from error
        except ValueError as error:
            raise exceptions.ValidationError(
                "The body must be JSON in UTF-8, without NULs in its texts."
            ) from error


def object_in(body: object) -> Mapping[str, Any]:
    """The body as an object; a ValidationError where it is something else."""
    if not isinstance(body, Mapping):
        raise exceptions.ValidationError("The body must be a JSON object.")
    return body

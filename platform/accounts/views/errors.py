"""What a person sees when a page failed."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """503 while Postgres is away or somebody else has what is wanted, which passes; 500 for a
    fault. Neither page asks a database.
    """
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        words = getattr(error, "words", "")  # of an error of Sonde's own
        response = render(request, "503.html", {"words": words}, status=503)
        response["Retry-After"] = "5"
        return response
    return render(request, "500.html", status=500)

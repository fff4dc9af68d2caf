"""What a page's form shows, as somebody who looks at it sees it."""

from django.http import HttpResponse


def fields_of(response: HttpResponse, name: str) -> str:
    """The value that a field of the page's form begins with."""
    value = response.context["form"][name].value()
    return "" if value is None else str(value)

"""Language and theme: kept in cookies that the server reads, so that a page never flashes in the
wrong one.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEME_COOKIE = "sonde_theme"
THEMES = ("light", "dark")  # anything else follows the system
YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def remember_theme(response: HttpResponse, theme: str) -> None:
    if theme in THEMES:
        set_cookie(response, THEME_COOKIE, theme)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")


def remember_language(response: HttpResponse, language: str) -> bool:
    """Whether it is a language Sonde has; "" forgets the choice, and the browser's counts again."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    elif language not in dict(settings.LANGUAGES):
        return False
    else:
        set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    return True


def set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", secure=settings.SECURE, httponly=True
    )

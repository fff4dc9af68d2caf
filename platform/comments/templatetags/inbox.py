"""What the menu of a person says of their mentions."""

from django import template
from django.http import HttpRequest

from comments import inbox

register = template.Library()


@register.simple_tag
def unread_mentions(request: HttpRequest) -> int:
    return inbox.unread(request.user)

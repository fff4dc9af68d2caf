"""The buttons above the list for what others registered."""

from django import template

from exports import actions
from exports.actions import BulkAction

register = template.Library()


@register.simple_tag
def bulk_actions() -> list[BulkAction]:
    return actions.registered()

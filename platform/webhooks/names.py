"""What can be told, and how a message is called."""

import secrets

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Event(TextChoices):
    VERSION_CREATED = "prompt.version.created", _("A version of a prompt was made")
    VERSION_DELETED = "prompt.version.deleted", _("A version of a prompt was deleted")
    LABEL_MOVED = "prompt.label.moved", _("A label of a prompt was moved or taken away")
    SPLIT_CHANGED = "prompt.split.changed", _("A split or canary of a label went a step further")
    TAGS_CHANGED = "prompt.tags.changed", _("The tags of a prompt changed")
    PROMPT_DELETED = "prompt.deleted", _("A prompt was deleted")
    DRIFT_DETECTED = "drift.detected", _("A drift was found")
    RETRAIN_WANTED = "retrain.wanted", _("A trigger wants retraining")
    TEST = "test", _("A test")


CHOSEN = [choice for choice in Event.choices if choice[0] != Event.TEST]  # tests always come


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"

"""A gate's settings in words, and how a change made them differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from prompts.gates.checks import CHECKS, Check

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """`said` is empty where a check is only on or off; `is_code` where it is as somebody typed."""

    title: str
    said: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """`before` None: it was not set; `after` None: it is no more."""

    title: str
    before: Setting | None
    after: Setting | None


def settings_of(checks: Mapping[str, Any]) -> dict[str, Setting]:
    """By their keys, in the order of the form's checks, and what those are about at the end."""
    found = {
        key: Setting(str(check.title), said(check, checks[key]), isinstance(checks[key], list))
        for key, check in CHECKS.items()
        if key in checks
    }
    if "score" in checks:
        found["score"] = Setting(_("Name of the score"), checks["score"], is_code=True)
    if any(CHECKS[key].asks_store for key in found if key in CHECKS):
        found["days"] = Setting(_("Calls of the last days"), str(checks.get("days", "")))
    return found


def said(check: Check, setting: Any) -> str:
    """With its unit; a text also of 0."""
    if setting is True:
        return ""
    if isinstance(setting, list):
        shown = ", ".join(map(str, setting))
        return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"
    choices = dict(getattr(check.field(), "choices", ())) if check.field else {}
    if setting in choices:
        return str(choices[setting])
    value = f"{setting:,g}" if isinstance(setting, float) else f"{setting:,}"
    return str(check.said) % {"value": value} if check.said else value


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Changed]:
    """What differs; None where there was no gate, or is none."""
    old, new = settings_of(before or {}), settings_of(after or {})
    return [
        Changed((new.get(key) or old[key]).title, old.get(key), new.get(key))
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]

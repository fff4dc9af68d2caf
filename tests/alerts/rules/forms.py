"""What the editor's page sends, as a browser would: all fields of its form."""

import re
from html import unescape

FIELD = re.compile(r"<(input|select|textarea)\b([^>]*)>(?:(.*?)</\1>)?", re.DOTALL)
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
OPTION = re.compile(r"<option\b([^>]*)>")


def fields_of(page: str) -> dict[str, list[str]]:
    """Of the form `rule-form`, with what is chosen and ticked."""
    form = page[page.index('id="rule-form"') :]
    found: dict[str, list[str]] = {}
    for tag, text, inside in FIELD.findall(form[: form.index("</form>")]):
        told = dict(ATTRIBUTE.findall(text))
        kind = told.get("type", "")
        if "name" not in told or (kind in ("checkbox", "radio") and "checked" not in told):
            continue
        value = told.get("value", "on")
        if tag == "select":
            value = chosen(inside)
        elif tag == "textarea":
            value = inside.removeprefix("\n")
        elif "value" not in told and kind != "checkbox":
            value = ""
        found.setdefault(told["name"], []).append(unescape(value))
    return found


def chosen(options: str) -> str:
    told = [dict(ATTRIBUTE.findall(one)) for one in OPTION.findall(options)]
    first = next((one for one in told if "selected" in one), told[0] if told else {})
    return first.get("value", "")

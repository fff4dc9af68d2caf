"""The values in OTLP's JSON, as forgiving as senders need: names in camelCase or snake_case, whole
numbers as text or numbers, ids in hex or base64.
"""

import binascii
from base64 import b64decode

from ingest.mapping import limits, text
from ingest.mapping.raw import Attributes
from ingest.otlp.parts import BadRecord
from ingest.otlp.protobuf import TOO_DEEP, finite


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


SNAKE = {
    name: _snake(name)
    for name in (
        "resourceSpans", "scopeSpans", "resourceLogs", "scopeLogs", "logRecords",
        "traceId", "spanId", "parentSpanId", "eventName",
        "startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "observedTimeUnixNano",
        "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount",
        "stringValue", "intValue", "doubleValue", "boolValue",
        "arrayValue", "kvlistValue", "bytesValue",
    )
}  # fmt: skip


def get(holder: dict, name: str) -> object:
    value = holder.get(name)
    return value if value is not None or name not in SNAKE else holder.get(SNAKE[name])


def list_in(holder: dict, name: str) -> list:
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRecord(f"{name} must be a list")
    return value


def attributes_in(holder: dict, marks: set[str]) -> Attributes:
    said = list_in(holder, "attributes")
    if len(said) > limits.ATTRIBUTES_READ:
        marks.add("attributes_dropped")
        said = said[: limits.ATTRIBUTES_READ]
    pairs = []
    for attribute in said:
        if not isinstance(attribute, dict) or not isinstance(attribute.get("key"), str):
            raise BadRecord("an attribute of it has no key")
        value = plain(attribute.get("value"), marks, 0)
        if value is not None:
            pairs.append((text.clean(attribute["key"], marks), value))
    return pairs


def plain(value: object, marks: set[str], depth: int) -> object:
    """What one AnyValue says; None for an empty or unknown one."""
    if not isinstance(value, dict):
        return None
    if isinstance(said := get(value, "stringValue"), str):
        return text.clean(said, marks)
    if (said := get(value, "intValue")) is not None:
        return _whole(said)
    if (said := get(value, "doubleValue")) is not None:
        return _double(said)
    if isinstance(said := get(value, "boolValue"), bool):
        return said
    if isinstance(said := get(value, "bytesValue"), str):
        return text.clean(said, marks)
    return _nested(value, marks, depth)


def _nested(value: dict, marks: set[str], depth: int) -> object:
    if depth >= limits.DEPTH:
        marks.add(text.TRUNCATED)
        return TOO_DEEP
    if isinstance(said := get(value, "arrayValue"), dict):
        items = said.get("values")
        return [
            plain(item, marks, depth + 1)
            for item in (items if isinstance(items, list) else [])[: limits.ITEMS]
        ]
    if isinstance(said := get(value, "kvlistValue"), dict):
        items = said.get("values")
        return {
            text.clean(item["key"], marks): plain(item.get("value"), marks, depth + 1)
            for item in (items if isinstance(items, list) else [])[: limits.ITEMS]
            if isinstance(item, dict) and isinstance(item.get("key"), str)
        }
    return None


def _whole(said: object) -> object:
    """int64, which JSON carries as text. What is no number stays what it is, as text."""
    if isinstance(said, str):
        try:
            said = int(said) if len(said) <= 20 else said
        except ValueError:
            return said
    if isinstance(said, float):
        return finite(said)
    if isinstance(said, int) and -(2**63) <= said < 2**64:
        return said
    return str(said)[:64]


def _double(said: object) -> object:
    if not isinstance(said, str | int | float):
        return str(said)[:64]
    try:
        return finite(float(said))
    except ValueError:
        return said
    except OverflowError:  # an integer beyond all doubles
        return str(said)[:64]


def text_in(holder: dict, name: str, marks: set[str]) -> str:
    value = get(holder, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRecord(f"{name} must be text")
    return text.clean(value, marks)


def enum(value: object, names: dict[str, int]) -> int:
    if isinstance(value, str):
        return names.get(value, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def count_in(holder: dict, name: str) -> int:
    value = get(holder, name)
    return value if isinstance(value, int) and 0 <= value < 2**32 else 0


def time_in(holder: dict, name: str) -> int:
    """Nanoseconds since 1970; 0 for what is no time."""
    value = get(holder, name)
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 20 else 0
    if isinstance(value, float):
        value = int(value) if 0 <= value < 2**64 else 0
    return value if isinstance(value, int) and 0 <= value < 2**64 else 0


def id_in(holder: dict, name: str, length: int) -> str:
    """Lower-case hex, also of an id in base64, as protobuf's own JSON writes it. "" where there is
    none.
    """
    value = get(holder, name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise BadRecord(f"{name} must be text")
    try:
        if len(value) == 2 * length:
            return bytes.fromhex(value).hex()
        if len(found := b64decode(value, validate=True)) == length:
            return found.hex()
    except (ValueError, binascii.Error):
        pass
    raise BadRecord(f"{name} must be {length} bytes in hex")

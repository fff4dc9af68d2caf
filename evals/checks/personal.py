"""Personal data in a text: what looks like it and holds up when its digits are checked."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from evals.checks.matching import compiled, found, words_at

KINDS = {
    "email": _("e-mail address"),
    "phone": _("phone number"),
    "card": _("payment card"),
    "iban": _("IBAN"),
    "rrn": _("Korean resident number"),
    "ssn": _("US social security number"),
    "ip": _("IP address"),
}
USUAL = ["email", "phone", "card", "iban", "rrn", "ssn"]
REGIONS = ("KR", "US")  # of phone numbers that are written without the country
PATTERNS = {
    "email": r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}",
    "phone": r"\+\d[\d ().\-]{6,18}\d|\(?\d{2,4}\)?[ .\-]\d{3,4}[ .\-]\d{4}"
    r"|\b01[016789]\d{7,8}\b",
    "card": r"\b[2-6](?:[ \-]?\d){12,18}\b",
    "iban": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b",
    "rrn": r"\b\d{6}-?[1-8]\d{6}\b",
    "ssn": r"\b\d{3}-\d{2}-\d{4}\b",
    "ip": r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}",
}
# What has to stand in the text for there to be any: cheaper to look for than the pattern.
SIGNS: dict[str, Callable[[bytes], bool]] = {"email": lambda utf8: b"@" in utf8}
DIGIT = compiled(r"\d")
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BR": 29, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20,
    "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27,
    "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30,
    "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "TN": 24, "TR": 26, "UA": 29, "VG": 24, "XK": 20,
}  # fmt: skip
CENTURIES = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "5": 1900, "6": 1900, "7": 2000, "8": 2000}
RRN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
RANDOM_SINCE = date(2020, 10, 1)  # whoever was born later has a number without a check digit


@cache
def pattern_of(kind: str) -> Any:
    return compiled(PATTERNS[kind])


def kinds_in(utf8: bytes, kinds: Iterable[str]) -> dict[str, int]:
    """How many there are of each kind that is there at all."""
    has_digit = DIGIT.search(utf8) is not None
    counts = {}
    for kind in kinds:
        sign = SIGNS.get(kind)
        is_possible = sign(utf8) if sign else has_digit or kind == "ip"
        if is_possible and (count := sum(1 for _ in valid(kind, utf8))):
            counts[kind] = count
    return counts


def valid(kind: str, utf8: bytes) -> Iterator[str]:
    holds = HOLDS.get(kind)
    for place in found(pattern_of(kind), utf8):
        words = words_at(utf8, place)
        if holds is None or holds(words):
            yield words


def is_phone(words: str) -> bool:
    import phonenumbers  # 0.1 s to import, and most projects' texts hold no digits like these

    for region in (None,) if words.startswith("+") else REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(words, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def is_card(words: str) -> bool:
    """By Luhn's check digit."""
    digits = [int(one) for one in words if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def is_iban(words: str) -> bool:
    """By its country's length and the remainder of 97. What follows it in capitals is left out."""
    joined = words.replace(" ", "")
    length = IBAN_LENGTHS.get(joined[:2])
    if length is None or len(joined) < length:
        return False
    turned = joined[4:length] + joined[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


def is_rrn(words: str) -> bool:
    """By its birthday, and its check digit where there is one."""
    digits = words.replace("-", "")
    try:
        year = CENTURIES[digits[6]] + int(digits[:2])
        born = date(year, int(digits[2:4]), int(digits[4:6]))
    except (ValueError, KeyError):
        return False
    if born >= RANDOM_SINCE:
        return "-" in words
    total = sum(weight * int(one) for weight, one in zip(RRN_WEIGHTS, digits, strict=False))
    base = 13 if digits[6] in "5678" else 11
    return (base - total % 11) % 10 == int(digits[12])


def is_ssn(words: str) -> bool:
    area, group, serial = words.split("-")
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def is_public_address(words: str) -> bool:
    try:
        return ipaddress.ip_address(words).is_global
    except ValueError:
        return False


HOLDS: dict[str, Callable[[str], bool]] = {
    "phone": is_phone,
    "card": is_card,
    "iban": is_iban,
    "rrn": is_rrn,
    "ssn": is_ssn,
    "ip": is_public_address,
}

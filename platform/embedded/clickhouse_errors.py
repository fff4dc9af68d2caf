"""ClickHouse's errors as its HTTP interface reports them: a code, a status, a sentence."""

import re

# The statuses that ClickHouse gives these codes; 500 for every other one.
CODES_OF_STATUS = {
    400: (
        *(6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321),
        *(376, 427, 441, 675, 676),
    ),
    401: (194,),
    403: (192, 193, 497, 512, 516),
    404: (46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511),
    408: (159,),
    411: (381,),
    413: (229,),
    415: (779,),
    501: (48,),
    503: (76, 209, 439),
}
STATUS_OF_CODE = {code: status for status, codes in CODES_OF_STATUS.items() for code in codes}
CODE = re.compile(r"Code: (\d+)\. ")


class ClickHouseError(Exception):
    """What went wrong, in the words and with the code that ClickHouse has for it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @property
    def status(self) -> int:
        return STATUS_OF_CODE.get(self.code, 500)


def refusal(code: int, name: str, sentence: str) -> ClickHouseError:
    """An error that is found before the engine sees the statement."""
    return ClickHouseError(code, f"Code: {code}. DB::Exception: {sentence} ({name})")


def engine_error(error: Exception) -> ClickHouseError:
    """The engine raises plain RuntimeErrors, with ClickHouse's message as their text."""
    text = str(error)
    start = max(text.find("Code: "), 0)
    found = CODE.match(text, start)
    return ClickHouseError(int(found[1]) if found else 1002, text[start:].strip())

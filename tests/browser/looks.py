"""In which windows, colours and languages pages are looked at."""

import pytest

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

ALSO = pytest.mark.browser_all  # by `make screenshots`
# Every run sees each size, theme and language once; `make screenshots` sees the other pairs too.
LOOKS = pytest.mark.parametrize(
    ("size", "theme", "language"),
    [
        pytest.param(PHONE, "dark", "en", id="dark-en-360"),
        pytest.param(DESK, "light", "ko", id="light-ko-1440"),
        pytest.param(PHONE, "light", "ko", id="light-ko-360", marks=ALSO),
        pytest.param(DESK, "dark", "en", id="dark-en-1440", marks=ALSO),
    ],
)
# Where there are dozens of pages, every run sees them in the narrow window: most goes wrong there.
ONE_LOOK = pytest.mark.parametrize(
    ("size", "theme", "language"),
    [
        pytest.param(PHONE, "dark", "en", id="dark-en-360"),
        pytest.param(DESK, "light", "ko", id="light-ko-1440", marks=ALSO),
        pytest.param(PHONE, "light", "ko", id="light-ko-360", marks=ALSO),
        pytest.param(DESK, "dark", "en", id="dark-en-1440", marks=ALSO),
    ],
)
